using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Text;

namespace EopRelay.Tests
{
    /// <summary>
    /// Prints sessions as JSON, one a line, with the names of the public properties: what PowerShell sees.
    /// </summary>
    internal static class JsonLines
    {
        internal static void Print(IEnumerable<string> paths)
        {
            SessionQuery query = Interop.NewSessionQuery();
            foreach (string path in paths)
            {
                query.Add(Interop.LocatePath(path, false, ""));
            }
            using (var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)))
            using (SessionReader reader = Library.OpenSessions(query))
            {
                output.NewLine = "\n";
                while (reader.ReadBatch())
                {
                    foreach (Session session in reader.Sessions)
                    {
                        output.WriteLine(Of(session));
                    }
                    foreach (Notice notice in reader.Notices)
                    {
                        Console.Error.WriteLine("{0}: {1}", notice.Code, notice.Message);
                    }
                }
            }
        }

        internal static string Of(object value)
        {
            var text = new StringBuilder();
            Write(text, value);
            return text.ToString();
        }

        private static void Write(StringBuilder text, object value)
        {
            if (value == null)
            {
                text.Append("null");
            }
            else if (value is string)
            {
                WriteText(text, (string)value);
            }
            else if (value is bool)
            {
                text.Append((bool)value ? "true" : "false");
            }
            else if (value is int || value is long)
            {
                text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
            }
            else if (value is DateTime)
            {
                WriteTime(text, (DateTime)value);
            }
            else if (value is IDictionary<string, object>)
            {
                WriteMembers(text, (IDictionary<string, object>)value);
            }
            else if (value is IEnumerable)
            {
                WriteArray(text, (IEnumerable)value);
            }
            else
            {
                WriteObject(text, value);
            }
        }

        private static void WriteTime(StringBuilder text, DateTime time)
        {
            Checks.Equal(DateTimeKind.Utc, time.Kind);
            text.Append('"');
            text.Append(time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            text.Append('"');
        }

        private static void WriteArray(StringBuilder text, IEnumerable values)
        {
            string separator = "[";
            foreach (object value in values)
            {
                text.Append(separator);
                Write(text, value);
                separator = ",";
            }
            text.Append(separator == "[" ? "[]" : "]");
        }

        private static void WriteMembers(StringBuilder text, IDictionary<string, object> members)
        {
            string separator = "{";
            foreach (KeyValuePair<string, object> member in members)
            {
                text.Append(separator);
                WriteText(text, member.Key);
                text.Append(':');
                Write(text, member.Value);
                separator = ",";
            }
            text.Append(separator == "{" ? "{}" : "}");
        }

        private static void WriteObject(StringBuilder text, object value)
        {
            PropertyInfo[] properties = value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);
            // Reflection promises no order; tokens are given in the order of declaration.
            Array.Sort(properties, (left, right) => left.MetadataToken.CompareTo(right.MetadataToken));
            string separator = "{";
            foreach (PropertyInfo property in properties)
            {
                if (property.IsDefined(typeof(ViewTextAttribute), false))
                {
                    continue;
                }
                text.Append(separator);
                WriteText(text, property.Name);
                text.Append(':');
                Write(text, property.GetValue(value, null));
                separator = ",";
            }
            text.Append('}');
        }

        /// <summary>A string as RFC 8259, section 7, has it, escaped no more than needed.</summary>
        private static void WriteText(StringBuilder text, string value)
        {
            text.Append('"');
            foreach (char character in value)
            {
                switch (character)
                {
                    case '"':
                        text.Append("\\\"");
                        break;
                    case '\\':
                        text.Append("\\\\");
                        break;
                    case '\b':
                        text.Append("\\b");
                        break;
                    case '\f':
                        text.Append("\\f");
                        break;
                    case '\n':
                        text.Append("\\n");
                        break;
                    case '\r':
                        text.Append("\\r");
                        break;
                    case '\t':
                        text.Append("\\t");
                        break;
                    default:
                        if (character < ' ')
                        {
                            text.AppendFormat(CultureInfo.InvariantCulture, "\\u{0:x4}", (int)character);
                        }
                        else
                        {
                            text.Append(character);
                        }
                        break;
                }
            }
            text.Append('"');
        }
    }
}
