using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>The enumerations of the ABI, EOP_VALUES_... in include/eop_relay.h.</summary>
    internal enum ValueKind : uint
    {
        LogType = 1,
        TlsStatus = 2,
        Outcome = 3,
        MessageOutcome = 4,
        SessionNote = 5,
        RejectionClass = 6,
        Notice = 7,
        Severity = 8,
    }

    /// <summary>
    /// The names of the ABI's numbers, as the native library shows them: one place for them all. Never
    /// changed once made, so that any thread may ask.
    /// </summary>
    internal sealed class ValueNames
    {
        /// <summary>The names of each kind by their numbers, from 1.</summary>
        private readonly string[][] names = new string[(int)ValueKind.Severity + 1][];

        internal ValueNames(NativeFunctions native)
        {
            for (ValueKind kind = ValueKind.LogType; kind <= ValueKind.Severity; kind++)
            {
                // 0 stands for an absent value.
                var ofKind = new List<string> { null };
                string name;
                while ((name = native.ValueName(kind, (uint)ofKind.Count)) != null)
                {
                    ofKind.Add(name);
                }
                names[(int)kind] = ofKind.ToArray();
            }
        }

        /// <summary>The name of a value; <c>null</c> for 0, which stands for an absent one.</summary>
        internal string Of(ValueKind kind, uint value)
        {
            string[] ofKind = names[(int)kind];
            return value < (uint)ofKind.Length ? ofKind[value] : value.ToString(CultureInfo.InvariantCulture);
        }

        /// <summary>The number of the value with that name, in any case.</summary>
        /// <exception cref="EopRelayException">There is none.</exception>
        internal uint NumberOf(ValueKind kind, string name)
        {
            int value = Array.FindIndex(
                names[(int)kind], known => known != null && known.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (value < 0)
            {
                throw new EopRelayException(
                    "InvalidName", "InvalidArgument", "There is no " + kind + " with the name '" + name + "'.");
            }
            return (uint)value;
        }
    }
}
