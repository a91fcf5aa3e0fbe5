using System.Text;

namespace EopRelay
{
    /// <summary>
    /// A finding as a text to act on: what it is, what shows it, what to do, where, how to see that it
    /// worked, and how to take it back.
    /// </summary>
    internal static class Explanation
    {
        private const string Indentation = "  ";

        internal static string Of(Finding finding)
        {
            var text = new StringBuilder();
            text.Append(finding.Severity).Append(' ').Append(finding.Id).Append(" (").Append(finding.Status).Append("): ");
            text.Append(finding.Message);
            foreach (Evidence evidence in finding.Evidence)
            {
                AppendLines(text, "Proof: ", evidence.ToString());
            }
            int step = 0;
            foreach (Remedy remedy in finding.Remedy)
            {
                step++;
                string lead = finding.Remedy.Length == 1 ? "To do: " : "To do, step " + step + ": ";
                AppendLines(text, lead, remedy.ToString());
            }
            if (!string.IsNullOrEmpty(finding.Reference))
            {
                AppendLines(text, "See: ", finding.Reference + " (" + finding.Confidence + ")");
            }
            return text.ToString();
        }

        internal static string Of(Remedy remedy)
        {
            var text = new StringBuilder(remedy.Action);
            AppendLines(text, "Where: ", remedy.Where);
            if (remedy.Command != null)
            {
                text.Append('\n').Append(Indentation).Append("Command:");
                AppendLines(text, Indentation, remedy.Command);
            }
            AppendLines(text, "Verify: ", remedy.Verify);
            AppendLines(text, "Undo: ", remedy.Undo);
            return text.ToString();
        }

        /// <summary>Appends the lines of a part, indented below what stands there already.</summary>
        private static void AppendLines(StringBuilder text, string lead, string part)
        {
            if (string.IsNullOrEmpty(part))
            {
                return;
            }
            string indented = part.Replace("\r\n", "\n").Replace("\n", "\n" + Indentation + (lead.Trim().Length == 0 ? lead : ""));
            text.Append('\n').Append(Indentation).Append(lead).Append(indented);
        }
    }
}
