using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace EopRelay.Tests
{
    /// <summary>Logs of the Hybrid Configuration Wizard, as the scripts read them and hand them on.</summary>
    internal static class HybridChecks
    {
        /// <param name="checks">Counts.</param>
        /// <param name="folder">Holds two runs of the wizard.</param>
        /// <param name="log">A log with refused sessions.</param>
        internal static void Run(Checks checks, string folder, string log)
        {
            string file = Path.Combine(folder, "20261115_210211.log");
            checks.That("a folder gives typed changes in the order of time", () =>
            {
                List<Notice> notices;
                List<HybridChange> changes = Read(SourceOf(folder), out notices);
                Checks.Equal(4, changes.Count);
                // What the wizard itself warns of is information.
                Checks.Equal(0, notices.FindAll(notice => notice.Severity != "Information").Count);
                HybridChange change = changes[2];
                Checks.Equal("Set-InboundConnector", change.Cmdlet);
                Checks.Equal("Tenant", change.Side);
                Checks.Equal("Succeeded", change.Outcome);
                Checks.Equal(new DateTime(2026, 11, 15, 21, 11, 30, 6, DateTimeKind.Utc), change.StartTime);
                Checks.Equal(DateTimeKind.Utc, change.StartTime.Value.Kind);
                Checks.Equal(1412L, change.DurationMilliseconds);
                Checks.Equal("mail.contoso.com", change.TlsSenderCertificateNameBefore);
                Checks.Equal("*.contoso.com", change.TlsSenderCertificateNameAfter);
                Checks.Equal(
                    "TLSSenderCertificateName: mail.contoso.com -> *.contoso.com",
                    Array.Find(change.Properties, one => one.Name == "TLSSenderCertificateName").ToString());
                Checks.Equal("Failed", changes[3].Outcome);
                Checks.True(changes[3].Error.Contains("could not be found"), changes[3].Error);
                Checks.True(changes[3].ToString().StartsWith("Set-SendConnector 'Outbound", StringComparison.Ordinal), changes[3].ToString());
            });
            checks.That("a window chooses changes", () =>
            {
                var middle = new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);
                EvidenceSource since = SourceOf(folder);
                since.Start = middle;
                EvidenceSource until = SourceOf(folder);
                until.End = middle;
                List<Notice> notices;
                Checks.Equal(2, Read(since, out notices).Count);
                Checks.Equal(2, Read(until, out notices).Count);
            });
            checks.That("trouble is reported with its place, and the rest is read", () =>
            {
                EvidenceSource source = SourceOf(file);
                source.AddPath(Path.Combine(folder, "missing.log"), false);
                source.AddPath(log, false);
                List<Notice> notices;
                Checks.Equal(2, Read(source, out notices).Count);
                Checks.Equal("LogNotFound", notices[0].ErrorId);
                Checks.Equal("Error", notices[0].Severity);
                Checks.Equal("OtherContent", notices[1].ErrorId);
                Checks.Equal(log, notices[1].Path);
            });
            checks.That("a thumbprint is refused, as no change names one", () =>
            {
                EvidenceSource source = SourceOf(file);
                source.Thumbprint = new string('0', 40);
                Checks.Throws<EopRelayException>(() => Library.OpenHybridChanges(source));
            });
            RunRequests(checks, folder, file);
        }

        /// <summary>Prints the changes of files as the core serialises them, one a line.</summary>
        internal static void Print(IEnumerable<string> paths)
        {
            EvidenceSource source = Interop.NewEvidenceSource();
            foreach (string path in paths)
            {
                source.AddPath(path, false);
            }
            List<Notice> notices;
            using (var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)))
            {
                foreach (HybridChange change in Read(source, out notices))
                {
                    var json = new StringBuilder();
                    JsonWriter.Write(json, change);
                    output.WriteLine(json);
                }
            }
        }

        /// <summary>A file, its folder, and the profiles above it are one and the same evidence.</summary>
        private static void RunRequests(Checks checks, string folder, string file)
        {
            string users = Path.Combine(Path.GetTempPath(), "eop-relay-" + Guid.NewGuid().ToString("N"));
            string wizard = Path.Combine(
                Path.Combine(Path.Combine(Path.Combine(Path.Combine(users, "anna"), "AppData"), "Roaming"), "Microsoft"),
                "Exchange Hybrid Configuration");
            Directory.CreateDirectory(wizard);
            try
            {
                foreach (string source in Directory.GetFiles(folder, "*.log"))
                {
                    File.Copy(source, Path.Combine(wizard, Path.GetFileName(source)));
                }
                foreach (string path in new[] { folder, wizard, Path.Combine(users, "anna"), users })
                {
                    string given = path;
                    checks.That("logs are judged from " + given, () =>
                    {
                        Request request = NewRequest();
                        request.AddHybridLogs("HybridLogFiles", given);
                        Report report = Library.Test(request);
                        Finding finding = Array.Find(report.Findings, one => one.Id == "ConnectorsFromWizard");
                        Checks.True(finding.Message.Contains("4 days before this report"), finding.Message);
                    });
                }
            }
            finally
            {
                Directory.Delete(users, true);
            }
            checks.That("a folder without logs, and a file that is missing, say so", () =>
            {
                EopRelayException empty = NewRequest().AddHybridLogs("HybridLogFiles", Path.GetDirectoryName(typeof(HybridChecks).Assembly.Location));
                Checks.Equal("HybridLogNotFound", empty.ErrorId);
                EopRelayException missing = NewRequest().AddHybridLogs("HybridLogFiles", file + ".none");
                Checks.Equal("HybridLogNotFound", missing.ErrorId);
            });
        }

        private static Request NewRequest()
        {
            Request request = Interop.NewRequest();
            request.Set("At", new DateTime(2026, 11, 20, 0, 0, 0, DateTimeKind.Utc));
            request.Add("InstalledCertificates", new Dictionary<string, object>
            {
                { "Thumbprint", new string('A', 40) }, { "Subject", "CN=mail.contoso.com" },
                { "Issuer", "CN=Trust Server CA 1, O=Trust AS, C=NO" }, { "CertificateDomains", new[] { "mail.contoso.com" } },
                { "Services", "SMTP" }, { "HasPrivateKey", true }, { "NotAfter", "2027-09-01T00:00:00Z" },
            });
            request.Add("SendConnectors", new Dictionary<string, object>
            {
                { "Name", "Outbound to Office 365" }, { "SmartHosts", "contoso-com.mail.protection.outlook.com" },
                { "TlsCertificateName", "<I>CN=Trust Server CA 1, O=Trust AS, C=NO<S>CN=mail.contoso.com" },
            });
            return request;
        }

        private static EvidenceSource SourceOf(string path)
        {
            EvidenceSource source = Interop.NewEvidenceSource();
            source.AddPath(path, false);
            return source;
        }

        private static List<HybridChange> Read(EvidenceSource source, out List<Notice> notices)
        {
            var changes = new List<HybridChange>();
            notices = new List<Notice>();
            using (EvidenceReader<HybridChange> reader = Library.OpenHybridChanges(source))
            {
                while (reader.ReadBatch())
                {
                    changes.AddRange(reader.Records);
                    notices.AddRange(reader.Notices);
                }
            }
            return changes;
        }
    }
}
