using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>Makes a <see cref="Report"/> of the JSON that the native library gives.</summary>
    internal sealed class ReportReader : AnswerReader
    {
        private ReportReader()
        {
        }

        /// <exception cref="EopRelayException">The JSON is not that of a report.</exception>
        internal static Report Read(string json)
        {
            try
            {
                return ReportOf(Members(JsonReader.Read(json)));
            }
            catch (FormatException exception)
            {
                throw new EopRelayException("NativeLibraryDefect", "InvalidResult", exception.Message, 0, exception);
            }
        }

        private static Report ReportOf(IDictionary<string, object> members)
        {
            return new Report
            {
                Verdict = Text(members, "Verdict"),
                Cause = Text(members, "Cause"),
                Summary = Text(members, "Summary"),
                Findings = All(members, "Findings", FindingOf),
                Certificate = One(members, "Certificate", CertificateOf),
                Chain = One(members, "Chain", ChainOf),
                Connector = One(members, "Connector", ConnectorOf),
                ExitCode = (int)Number(members, "ExitCode"),
            };
        }

        private static Finding FindingOf(IDictionary<string, object> members)
        {
            return new Finding
            {
                Id = Text(members, "Id"),
                Severity = Text(members, "Severity"),
                Status = Text(members, "Status"),
                Message = Text(members, "Message"),
                Evidence = All(members, "Evidence", EvidenceOf),
                Remedy = All(members, "Remedy", RemedyOf),
                Reference = Text(members, "Reference"),
                Confidence = Text(members, "Confidence"),
                Sessions = Number(members, "Sessions"),
                FirstSession = Time(members, "FirstSession"),
                LastSession = Time(members, "LastSession"),
                Servers = Texts(members, "Servers"),
                RecipientDomains = Texts(members, "RecipientDomains"),
            };
        }

        private static Evidence EvidenceOf(IDictionary<string, object> members)
        {
            return new Evidence
            {
                Path = Text(members, "Path"),
                Line = Number(members, "Line"),
                Text = Text(members, "Text"),
            };
        }

        private static Remedy RemedyOf(IDictionary<string, object> members)
        {
            return new Remedy
            {
                Action = Text(members, "Action"),
                Command = Text(members, "Command"),
                Side = Text(members, "Side"),
                Where = Text(members, "Where"),
                Verify = Text(members, "Verify"),
                Undo = Text(members, "Undo"),
            };
        }

        private static CertificateSummary CertificateOf(IDictionary<string, object> members)
        {
            return new CertificateSummary
            {
                Thumbprint = Text(members, "Thumbprint"),
                Subject = Text(members, "Subject"),
                Issuer = Text(members, "Issuer"),
                SerialNumber = Text(members, "SerialNumber"),
                NotBefore = Time(members, "NotBefore"),
                NotAfter = Time(members, "NotAfter"),
                DnsNames = Texts(members, "DnsNames"),
            };
        }

        private static Chain ChainOf(IDictionary<string, object> members)
        {
            return new Chain
            {
                IsAccepted = Flag(members, "IsAccepted"),
                Completeness = Text(members, "Completeness"),
                Trust = Text(members, "Trust"),
                Summary = Text(members, "Summary"),
                Certificates = All(members, "Certificates", CertificateOf),
                WindowsVerdict = members.ContainsKey("Windows")
                    ? All(Members(members["Windows"]), "Runs", WindowsRunOf)
                    : new string[0],
            };
        }

        // Such as "StoresOnly: CERT_TRUST_IS_PARTIAL_CHAIN; Base: CERT_E_CHAINING (0x800B010A) at element 0".
        private static string WindowsRunOf(IDictionary<string, object> members)
        {
            string[] errors = Texts(members, "ErrorStatus");
            string status = errors.Length == 0 ? "no error" : string.Join(", ", errors);
            string[] policies = All(members, "Policies", PolicyOf);
            return Text(members, "Mode") + ": " + status + "; " + string.Join("; ", policies);
        }

        private static string PolicyOf(IDictionary<string, object> members)
        {
            string text = Text(members, "Policy") + ": " + Text(members, "Result");
            object index = Member(members, "ElementIndex");
            return text + " at element " + Convert.ToString(index, CultureInfo.InvariantCulture);
        }

        private static ConnectorAssessment ConnectorOf(IDictionary<string, object> members)
        {
            return new ConnectorAssessment
            {
                Name = Text(members, "Name"),
                Eligibility = Kind(Member(members, "Eligibility")),
                Value = Text(members, "Value"),
                NameMatch = Kind(Member(Members(Member(members, "NameMatch")), "Relation")),
                Coverage = Kind(Member(members, "Coverage")),
                Address = Kind(Member(members, "Address")),
                Association = Kind(Member(members, "Association")),
            };
        }

        /// <summary>
        /// A kind that may carry a value: <c>"NotListed"</c> as it is, <c>{"Listed":"x"}</c> as
        /// <c>Listed(x)</c>.
        /// </summary>
        private static string Kind(object value)
        {
            var members = value as IDictionary<string, object>;
            if (members != null)
            {
                var parts = new List<string>();
                foreach (KeyValuePair<string, object> member in members)
                {
                    parts.Add(member.Key + "(" + Kind(member.Value) + ")");
                }
                return string.Join(", ", parts.ToArray());
            }
            var list = value as List<object>;
            return list == null
                ? Convert.ToString(value, CultureInfo.InvariantCulture)
                : string.Join(", ", list.ConvertAll<string>(Kind).ToArray());
        }
    }
}
