using System;
using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace EopRelay
{
    /// <summary>
    /// Writes what a script has made of an object (texts, numbers, flags, times, bytes, lists and
    /// dictionaries of these) as JSON for the native library. The objects of this assembly are written
    /// with their properties, everything else as its text.
    /// </summary>
    internal static class JsonWriter
    {
        /// <summary>Deeper than any session.</summary>
        internal const int MaximumDepth = 16;

        internal static void Write(StringBuilder json, object value)
        {
            Write(json, value, 0);
        }

        private static void Write(StringBuilder json, object value, int depth)
        {
            if (depth > MaximumDepth)
            {
                throw new EopRelayException(
                    "InputTooDeep", "InvalidData", "An object is nested more than 16 levels deep: give the object itself.");
            }
            value = Unwrapped(value);
            if (value == null)
            {
                json.Append("null");
            }
            else if (value is string)
            {
                WriteText(json, (string)value);
            }
            else if (value is bool)
            {
                json.Append((bool)value ? "true" : "false");
            }
            else if (value is byte || value is short || value is ushort || value is int || value is uint || value is long
                || value is ulong)
            {
                json.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
            }
            else if (value is DateTime)
            {
                WriteText(json, Utc((DateTime)value));
            }
            else if (value is DateTimeOffset)
            {
                WriteText(json, Utc(((DateTimeOffset)value).UtcDateTime));
            }
            else if (value is byte[])
            {
                WriteText(json, Convert.ToBase64String((byte[])value));
            }
            else if (value is IDictionary)
            {
                WriteMembers(json, (IDictionary)value, depth);
            }
            else if (value is IEnumerable)
            {
                WriteArray(json, (IEnumerable)value, depth);
            }
            else if (value.GetType().Assembly == typeof(JsonWriter).Assembly)
            {
                WriteProperties(json, value, depth);
            }
            else
            {
                WriteText(json, Convert.ToString(value, CultureInfo.InvariantCulture));
            }
        }

        /// <summary>A time without a zone is local time, as everywhere in PowerShell.</summary>
        internal static string Utc(DateTime time)
        {
            return time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        }

        /// <summary>What PowerShell has wrapped. By name, for this assembly does not refer to PowerShell.</summary>
        private static object Unwrapped(object value)
        {
            bool isWrapped = value != null && value.GetType().FullName == "System.Management.Automation.PSObject";
            return isWrapped ? value.GetType().GetProperty("BaseObject").GetValue(value, null) : value;
        }

        private static void WriteMembers(StringBuilder json, IDictionary members, int depth)
        {
            string separator = "{";
            foreach (DictionaryEntry member in members)
            {
                json.Append(separator);
                WriteText(json, Convert.ToString(member.Key, CultureInfo.InvariantCulture));
                json.Append(':');
                Write(json, member.Value, depth + 1);
                separator = ",";
            }
            json.Append(separator == "{" ? "{}" : "}");
        }

        private static void WriteProperties(StringBuilder json, object value, int depth)
        {
            string separator = "{";
            foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (property.IsDefined(typeof(ViewTextAttribute), false))
                {
                    continue;
                }
                json.Append(separator);
                WriteText(json, property.Name);
                json.Append(':');
                Write(json, property.GetValue(value, null), depth + 1);
                separator = ",";
            }
            json.Append('}');
        }

        private static void WriteArray(StringBuilder json, IEnumerable values, int depth)
        {
            string separator = "[";
            foreach (object value in values)
            {
                json.Append(separator);
                Write(json, value, depth + 1);
                separator = ",";
            }
            json.Append(separator == "[" ? "[]" : "]");
        }

        /// <summary>
        /// A text as RFC 8259, section 7, has it; half a surrogate pair, of which no JSON can be made, as
        /// U+FFFD.
        /// </summary>
        internal static void WriteText(StringBuilder json, string value)
        {
            json.Append('"');
            for (int index = 0; index < value.Length; index++)
            {
                char character = value[index];
                if (character == '"' || character == '\\')
                {
                    json.Append('\\').Append(character);
                }
                else if (character < ' ')
                {
                    json.AppendFormat(CultureInfo.InvariantCulture, "\\u{0:x4}", (int)character);
                }
                else if (char.IsSurrogatePair(value, index))
                {
                    json.Append(character).Append(value[++index]);
                }
                else
                {
                    json.Append(char.IsSurrogate(character) ? '\uFFFD' : character);
                }
            }
            json.Append('"');
        }
    }
}
