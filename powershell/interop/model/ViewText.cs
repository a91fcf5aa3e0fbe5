using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace EopRelay
{
    /// <summary>
    /// Marks a property that is there for views alone: a text made of others, which no JSON has. A view
    /// names properties and holds no script, so that implicit remoting keeps it.
    /// </summary>
    [AttributeUsage(AttributeTargets.Property)]
    internal sealed class ViewTextAttribute : Attribute
    {
    }

    /// <summary>How views write times and lists: the same in every culture.</summary>
    internal static class ViewText
    {
        /// <summary>A time in UTC, to the second; <c>null</c> for none.</summary>
        internal static string Time(DateTime? time)
        {
            return time == null ? null : time.Value.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        }

        /// <summary>A time in UTC, to the millisecond; <c>null</c> for none.</summary>
        internal static string Exact(DateTime? time)
        {
            return time == null ? null : time.Value.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        }

        /// <summary>What is there of some texts, in one.</summary>
        internal static string Join(string separator, params string[] texts)
        {
            return string.Join(separator, Array.FindAll(texts, text => !string.IsNullOrEmpty(text)));
        }

        /// <summary>Of a report as text what stands before its first heading, and the steps.</summary>
        internal static string HeadAndSteps(string report)
        {
            var kept = new List<string>();
            bool isKept = true;
            foreach (string line in report.Split('\n'))
            {
                // A heading alone begins at the margin, but for the first line.
                if (kept.Count > 0 && line.Length > 0 && line[0] != ' ')
                {
                    isKept = line.StartsWith("WHAT TO DO", StringComparison.Ordinal);
                }
                if (isKept)
                {
                    kept.Add(line);
                }
            }
            return string.Join("\n", kept).TrimEnd('\n') + "\n\n    Proof and what else was found: Format-EopRelayReport.\n";
        }

        /// <summary>Values in words, a line for each.</summary>
        internal static string Lines(object[] values)
        {
            return string.Join("\n", Array.ConvertAll(values, value => value.ToString()));
        }

        /// <summary>A text in lines of at most 78 characters, broken at blanks.</summary>
        internal static string Wrap(string text)
        {
            const int Width = 78;
            var wrapped = new StringBuilder();
            string rest = text;
            while (rest.Length > Width)
            {
                int end = rest.LastIndexOf(' ', Width);
                end = end <= 0 ? Width : end;
                wrapped.Append(rest, 0, end).Append('\n');
                rest = rest.Substring(end).TrimStart(' ');
            }
            return wrapped.Append(rest).ToString();
        }

        /// <summary>A place in a log.</summary>
        internal static string Place(string path, long line)
        {
            return line == 0 ? path : string.Format(CultureInfo.InvariantCulture, "{0}:{1}", path, line);
        }
    }
}
