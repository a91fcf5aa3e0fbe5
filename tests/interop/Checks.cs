using System;
using System.Collections.Generic;

namespace EopRelay.Tests
{
    /// <summary>Runs checks by behaviour, named as sentences, and counts those that fail.</summary>
    internal sealed class Checks
    {
        private readonly List<string> failures = new List<string>();
        private int passed;

        internal void That(string sentence, Action check)
        {
            try
            {
                check();
                passed++;
            }
            catch (Exception exception)
            {
                failures.Add(sentence + "\n    " + exception.GetType().Name + ": " + exception.Message);
            }
        }

        /// <summary>Prints the result; the exit code of the process.</summary>
        internal int Report()
        {
            foreach (string failure in failures)
            {
                Console.Error.WriteLine("FAILED: " + failure);
            }
            Console.WriteLine("{0} passed, {1} failed", passed, failures.Count);
            return failures.Count == 0 && passed > 0 ? 0 : 1;
        }

        internal static void Equal(object expected, object actual)
        {
            if (!object.Equals(expected, actual))
            {
                throw new CheckFailure("expected " + Shown(expected) + ", got " + Shown(actual));
            }
        }

        internal static void True(bool condition, string what)
        {
            if (!condition)
            {
                throw new CheckFailure(what);
            }
        }

        internal static TException Throws<TException>(Action action)
            where TException : Exception
        {
            try
            {
                action();
            }
            catch (TException expected)
            {
                return expected;
            }
            throw new CheckFailure("no " + typeof(TException).Name + " was thrown");
        }

        private static string Shown(object value)
        {
            return value == null ? "null" : "'" + value + "'";
        }
    }

    internal sealed class CheckFailure : Exception
    {
        internal CheckFailure(string message)
            : base(message)
        {
        }
    }
}
