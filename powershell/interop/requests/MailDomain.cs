using System;
using System.Text.RegularExpressions;

namespace EopRelay
{
    /// <summary>Domains as people write them.</summary>
    internal static class MailDomain
    {
        // Labels of letters, digits, hyphens and underscores, at least two of them; a wildcard may lead.
        private static readonly Regex Domain = new Regex(
            @"^(\*\.)?([\p{L}\p{N}_]([\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.)+[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.?$",
            RegexOptions.CultureInvariant);

        // No top-level domain is called so.
        private static readonly string[] Exports = { ".xml", ".clixml", ".json", ".csv", ".txt" };

        internal static bool IsDomain(string text)
        {
            string name = (text ?? "").Trim();
            return name.Length <= 255 && Domain.IsMatch(name)
                && !Array.Exists(Exports, end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        }

        internal static string Of(string text)
        {
            string name = (text ?? "").Trim();
            if (name.StartsWith("<", StringComparison.Ordinal) && name.EndsWith(">", StringComparison.Ordinal))
            {
                name = name.Substring(1, name.Length - 2);
            }
            string domain = name.Substring(name.LastIndexOf('@') + 1);
            return IsDomain(domain) ? domain : null;
        }
    }
}
