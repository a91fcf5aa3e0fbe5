using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>
    /// Reads the members of what the native library answers in JSON; what is not as expected is a
    /// FormatException that names it.
    /// </summary>
    internal abstract class AnswerReader
    {
        internal static T One<T>(
            IDictionary<string, object> members, string name, Func<IDictionary<string, object>, T> read)
            where T : class
        {
            object value = Member(members, name);
            return value == null ? null : read(Members(value));
        }

        internal static T[] All<T>(
            IDictionary<string, object> members, string name, Func<IDictionary<string, object>, T> read)
        {
            return List(members, name).ConvertAll(value => read(Members(value))).ToArray();
        }

        internal static List<object> List(IDictionary<string, object> members, string name)
        {
            return Value<List<object>>(Member(members, name), name);
        }

        internal static IDictionary<string, object> Members(object value)
        {
            return Value<IDictionary<string, object>>(value, "an object");
        }

        internal static string Text(IDictionary<string, object> members, string name)
        {
            object value = Member(members, name);
            return value == null ? null : Value<string>(value, name);
        }

        internal static DateTime? Time(IDictionary<string, object> members, string name)
        {
            string text = Text(members, name);
            if (text == null)
            {
                return null;
            }
            return DateTime.ParseExact(
                text,
                "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        }

        internal static long Number(IDictionary<string, object> members, string name)
        {
            return Value<long>(Member(members, name), name);
        }

        internal static long? OptionalNumber(IDictionary<string, object> members, string name)
        {
            return Member(members, name) == null ? (long?)null : Number(members, name);
        }

        internal static bool? OptionalFlag(IDictionary<string, object> members, string name)
        {
            return Member(members, name) == null ? (bool?)null : Flag(members, name);
        }

        internal static string[] Texts(IDictionary<string, object> members, string name)
        {
            return List(members, name).ConvertAll(text => Value<string>(text, name)).ToArray();
        }

        internal static bool Flag(IDictionary<string, object> members, string name)
        {
            return Value<bool>(Member(members, name), name);
        }

        internal static object Member(IDictionary<string, object> members, string name)
        {
            object value;
            if (!members.TryGetValue(name, out value))
            {
                throw new FormatException("The native library's answer has no " + name + ".");
            }
            return value;
        }

        internal static T Value<T>(object value, string name)
        {
            if (!(value is T))
            {
                throw new FormatException("The native library's answer has something else as " + name + ".");
            }
            return (T)value;
        }
    }
}
