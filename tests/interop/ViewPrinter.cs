using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Xml;

namespace EopRelay.Tests
{
    /// <summary>
    /// Prints objects as Windows PowerShell prints them by a view of a Format.ps1xml that names
    /// properties alone: a table of fixed columns, cut with three dots, the last one taking what is
    /// left, numbers to the right; or a list with wrapped values.
    /// </summary>
    internal sealed class ViewPrinter
    {
        private const int Width = 120;

        private readonly TextWriter output;
        private readonly XmlNode view;

        private ViewPrinter(TextWriter output, XmlNode view)
        {
            this.output = output;
            this.view = view;
        }

        /// <param name="output">Where to.</param>
        /// <param name="formats">The Format.ps1xml.</param>
        /// <param name="name">The name of the view.</param>
        /// <param name="values">What to print.</param>
        internal static void Print(TextWriter output, string formats, string name, IEnumerable<object> values)
        {
            var document = new XmlDocument();
            document.Load(formats);
            XmlNode view = document.SelectSingleNode("//View[Name='" + name + "']");
            Checks.True(view != null, "no view " + name);
            Checks.Equal(0, view.SelectNodes(".//ScriptBlock").Count);
            var printer = new ViewPrinter(output, view);
            if (view["TableControl"] != null)
            {
                printer.PrintTable(values);
            }
            else
            {
                printer.PrintList(values);
            }
        }

        private void PrintTable(IEnumerable<object> values)
        {
            var labels = new List<string>();
            var widths = new List<int>();
            int left = Width;
            foreach (XmlNode header in view.SelectNodes(".//TableColumnHeader"))
            {
                labels.Add(header["Label"].InnerText);
                widths.Add(header["Width"] == null ? left : int.Parse(header["Width"].InnerText, CultureInfo.InvariantCulture));
                left -= widths[widths.Count - 1] + 1;
            }
            XmlNodeList names = view.SelectNodes(".//TableColumnItem/PropertyName");
            Checks.Equal(labels.Count, names.Count);
            var dashes = labels.ConvertAll(label => (object)new string('-', label.Length));
            PrintRow(labels.ConvertAll(label => (object)label), widths);
            PrintRow(dashes, widths);
            foreach (object value in values)
            {
                var cells = new List<object>();
                foreach (XmlNode name in names)
                {
                    cells.Add(ValueOf(value, name.InnerText));
                }
                PrintRow(cells, widths);
            }
        }

        private void PrintRow(List<object> cells, List<int> widths)
        {
            var line = new StringBuilder();
            for (int index = 0; index < cells.Count; index++)
            {
                string text = TextOf(cells[index]).Replace('\n', ' ');
                int width = widths[index];
                if (text.Length > width)
                {
                    text = text.Substring(0, width - 3) + "...";
                }
                line.Append(cells[index] is int ? text.PadLeft(width) : text.PadRight(width)).Append(' ');
            }
            output.WriteLine(line.ToString().TrimEnd());
        }

        private void PrintList(IEnumerable<object> values)
        {
            foreach (object value in values)
            {
                var entries = new List<KeyValuePair<string, string>>();
                int width = 0;
                foreach (XmlNode item in view.SelectNodes(".//ListItem"))
                {
                    XmlNode condition = item.SelectSingleNode("ItemSelectionCondition/PropertyName");
                    if (condition != null && TextOf(ValueOf(value, condition.InnerText)).Length == 0)
                    {
                        continue;
                    }
                    string name = item["PropertyName"].InnerText;
                    string label = item["Label"] == null ? name : item["Label"].InnerText;
                    entries.Add(new KeyValuePair<string, string>(label, TextOf(ValueOf(value, name))));
                    width = Math.Max(width, label.Length);
                }
                foreach (KeyValuePair<string, string> entry in entries)
                {
                    string lead = entry.Key.PadRight(width) + " : ";
                    foreach (string line in Wrapped(entry.Value, Width - lead.Length))
                    {
                        output.WriteLine((lead + line).TrimEnd());
                        lead = new string(' ', lead.Length);
                    }
                }
                output.WriteLine();
            }
        }

        private static IEnumerable<string> Wrapped(string text, int width)
        {
            foreach (string paragraph in text.Split('\n'))
            {
                string rest = paragraph;
                while (rest.Length > width)
                {
                    int end = rest.LastIndexOf(' ', width);
                    end = end <= 0 ? width : end;
                    yield return rest.Substring(0, end);
                    rest = rest.Substring(end).TrimStart(' ');
                }
                yield return rest;
            }
        }

        private static object ValueOf(object value, string name)
        {
            return value.GetType().GetProperty(name).GetValue(value, null);
        }

        private static string TextOf(object value)
        {
            return Convert.ToString(value, CultureInfo.InvariantCulture);
        }
    }
}
