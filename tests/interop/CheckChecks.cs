using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;

namespace EopRelay.Tests
{
    /// <summary>The check of a scheduled task.</summary>
    internal static class CheckChecks
    {
        private const string HeaderLine =
            "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n";

        internal static void Run(Checks checks, string logFolder)
        {
            string folder = Path.Combine(Path.GetTempPath(), "eop-relay-check-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            try
            {
                Results(checks, folder);
                Trouble(checks, folder);
                Prediction(checks, folder);
            }
            finally
            {
                Directory.Delete(folder, true);
            }
            Events(checks);
            checks.That("a server's own logs are found by ExchangeInstallPath, or their absence is said", () =>
            {
                CheckRequest request = Interop.NewCheckRequest();
                request.AddLogsOfThisServer(logFolder, "");
                Checks.Equal(0, request.Logs.LocationCount);
                CheckResult result = Interop.Check(request);
                Checks.Equal(40, result.ExitCode);
                Checks.True(result.Summary.Contains("Give the folders with -Path"), result.Summary);
            });
        }

        /// <summary>The default state folder, wherever its parent is; permissions are for Windows alone.</summary>
        internal static void RunOnFolders(Checks checks, string parent)
        {
            string folder = Path.Combine(parent, "EopRelay");
            checks.That("the folder is made once and then found", () =>
            {
                StateFolder.Prepare(folder);
                StateFolder.Prepare(folder);
                Checks.True(Directory.Exists(folder), "the folder is there");
            });
            checks.That("this runtime has what makes a folder with its permissions and what reads them", () =>
            {
                Checks.True(StateFolder.Creator.IsStatic, "called without an object");
                Checks.True(StateFolder.Reader != null, "there is such a method");
            });
            if (Environment.OSVersion.Platform == PlatformID.Win32NT)
            {
                checks.That("a folder that inherits its permissions is refused, with the command that helps", () =>
                {
                    string open = Directory.CreateDirectory(Path.Combine(parent, "Open")).FullName;
                    EopRelayException refused = Checks.Throws<EopRelayException>(() => StateFolder.Prepare(open));
                    Checks.Equal("StateUnusable", refused.ErrorId);
                    Checks.True(refused.Message.Contains("icacls"), refused.Message);
                });
            }
            checks.That("a folder that cannot be made is refused with what to do", () =>
            {
                string file = Path.Combine(parent, "file");
                File.WriteAllText(file, "");
                EopRelayException refused = Checks.Throws<EopRelayException>(() => StateFolder.Prepare(Path.Combine(file, "below")));
                Checks.True(refused.Message.Contains("-StatePath"), refused.Message);
            });
        }

        private static void Results(Checks checks, string folder)
        {
            string logs = NewFolder(folder, "results");
            string log = Path.Combine(logs, "SEND20261115-1.LOG");
            string json = Path.Combine(logs, "check.jsonl");
            DateTime start = DateTime.UtcNow.AddMinutes(-5);
            File.WriteAllText(log, HeaderLine + Refused(1, start));
            checks.That("the first run judges the last day, writes one line, and gives the exit code of its report", () =>
            {
                File.AppendAllText(log, Refused(2, start.AddDays(-3)));
                CheckResult result = Interop.Check(Request(logs, json));
                Checks.Equal(1L, result.SessionsRead);
                Checks.Equal(1L, result.SessionsFailed);
                Checks.Equal(1L, result.SessionsJudged);
                Checks.Equal("Refused", result.Verdict);
                Checks.Equal(20, result.ExitCode);
                Checks.True(result.Summary.EndsWith(result.InUse.Summary, StringComparison.Ordinal), result.Summary);
                Checks.Equal(null, result.Installed);
                Checks.True(result.Notices[0].Contains("first run"), result.Notices[0]);
                string[] lines = File.ReadAllLines(json);
                Checks.Equal(1, lines.Length);
                var line = (IDictionary<string, object>)JsonReader.Read(lines[0]);
                Checks.Equal("20", Convert.ToString(line["ExitCode"]));
                Checks.Equal(result.Summary, line["Summary"]);
                Checks.True(((IDictionary<string, object>)line["InUse"]).ContainsKey("Findings"), lines[0]);
            });
            checks.That("the next run reads only what is new, and nothing new is no evidence, fine for some hours alone", () =>
            {
                CheckResult result = Interop.Check(Request(logs, json));
                Checks.Equal(0L, result.SessionsRead);
                Checks.Equal("NoEvidence 0", result.Cause + " " + result.ExitCode);
                Checks.True(result.Summary.StartsWith("No session since the last run"), result.Summary);
                Checks.Equal(2, File.ReadAllLines(json).Length);
            });
            checks.That("sessions that go elsewhere are counted and not judged", () =>
            {
                File.AppendAllText(log, Refused(3, start).Replace("mail.protection.outlook.com", "fabrikam.com"));
                CheckResult result = Interop.Check(Request(logs, json));
                Checks.Equal("1 1 0 0", string.Join(" ", new object[] { result.SessionsRead, result.SessionsFailed, result.SessionsJudged, result.ExitCode }));
            });
        }

        private static void Trouble(Checks checks, string folder)
        {
            string logs = NewFolder(folder, "trouble");
            string log = Path.Combine(logs, "SEND20261115-1.LOG");
            File.WriteAllText(log, HeaderLine + Refused(1, DateTime.UtcNow.AddMinutes(-5)));
            checks.That("what could not be written down is judged again", () =>
            {
                CheckResult failed = Interop.Check(Request(logs, Path.Combine(logs, "none", "check.jsonl")));
                Checks.Equal(40, failed.ExitCode);
                Checks.True(failed.Summary.Contains("the next run reads the same rows again"), failed.Summary);
                Checks.Equal(1L, Interop.Check(Request(logs, null)).SessionsRead);
            });
            checks.That("a log that cannot be read outweighs what was found", () =>
            {
                CheckRequest request = Request(logs, null);
                request.Logs.Add(Interop.LocatePath(Path.Combine(logs, "missing"), false, ""));
                CheckResult result = Interop.Check(request);
                Checks.Equal(40, result.ExitCode);
                Checks.True(Array.Exists(result.Notices, notice => notice.Contains("missing")), string.Join("|", result.Notices));
            });
            checks.That("a damaged state file and an input that cannot be used are results too, and said in the line", () =>
            {
                string json = Path.Combine(logs, "trouble.jsonl");
                CheckRequest request = Request(logs, json);
                File.WriteAllText(request.StatePath, "no state");
                CheckResult damaged = Interop.Check(request);
                Checks.Equal("40 Uncertain", damaged.ExitCode + " " + damaged.Verdict);
                Checks.True(damaged.Summary.Contains("is not a state file"), damaged.Summary);
                request = Request(logs, json);
                request.Fail(Interop.NewError("InputUnreadable", "ReadError", "inbound.xml cannot be read."));
                Checks.Equal("inbound.xml cannot be read.", Interop.Check(request).Summary);
                Checks.Equal("no state", File.ReadAllText(request.StatePath));
                Checks.Equal(2, File.ReadAllLines(json).Length);
            });
        }

        private static void Prediction(Checks checks, string folder)
        {
            checks.That("with send connectors and installed certificates, what would be sent now is judged beside the logs", () =>
            {
                string logs = NewFolder(folder, "prediction");
                File.WriteAllText(Path.Combine(logs, "SEND20261115-1.LOG"), HeaderLine);
                CheckRequest request = Request(logs, null);
                request.Evidence.Add("SendConnectors", new Hashtable
                {
                    { "Name", "Outbound" },
                    { "Fqdn", "mail.contoso.com" },
                    { "TlsCertificateName", "<I>CN=A CA<S>CN=mail.contoso.com" },
                    { "SmartHosts", new[] { "contoso-com.mail.protection.outlook.com" } },
                    { "CloudServicesMailEnabled", true },
                    { "RequireTLS", true },
                });
                request.Evidence.Add("InstalledCertificates", new Hashtable
                {
                    { "Thumbprint", "1234567890ABCDEF1234567890ABCDEF12345678" },
                    { "Subject", "CN=other.contoso.com" },
                    { "Issuer", "CN=A CA" },
                    { "Services", "SMTP" },
                    { "NotAfter", "2036-01-01T00:00:00Z" },
                });
                CheckResult result = Interop.Check(request);
                Checks.True(result.Installed != null && result.InUse == null, result.Summary);
                Checks.Equal(result.Installed.ExitCode, result.ExitCode);
                Checks.True(result.Summary.Contains("What Exchange would send now: " + result.Installed.Summary), result.Summary);
                Checks.Equal("TlsCertificateNameNotFound", result.Cause);
            });
        }

        private static void Events(Checks checks)
        {
            checks.That("an event has a level by the exit code, and a text that fits", () =>
            {
                Checks.Equal("Information", EventLogWriter.LevelOf(0));
                Checks.Equal("Warning", EventLogWriter.LevelOf(10));
                Checks.Equal("Error", EventLogWriter.LevelOf(20));
                Checks.Equal("Warning", EventLogWriter.LevelOf(30));
                Checks.Equal("Error", EventLogWriter.LevelOf(40));
                var result = new CheckResult { Summary = "What was found.", Notices = new[] { new string('x', 40000) } };
                string text = EventLogWriter.TextOf(result);
                Checks.True(text.StartsWith("What was found.") && text.Length < 31839, text.Length.ToString());
            });
            checks.That("where there is no Application log, the check says so and stands", () =>
            {
                CheckRequest request = Interop.NewCheckRequest();
                request.Fail(Interop.NewError("InputUnreadable", "ReadError", "no logs."));
                request.WritesEvent = true;
                CheckResult result = Interop.Check(request);
                Checks.Equal(40, result.ExitCode);
                Checks.Equal("No event is written: there is no Application log here.", result.Notices[0]);
            });
        }

        private static CheckRequest Request(string logs, string json)
        {
            CheckRequest request = Interop.NewCheckRequest();
            request.Logs.Add(Interop.LocatePath(logs, false, ""));
            request.StatePath = Path.Combine(logs, "check.state");
            request.JsonPath = json;
            return request;
        }

        private static string NewFolder(string folder, string name)
        {
            return Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        }

        /// <summary>The rows of a session that Exchange Online Protection refused.</summary>
        private static string Refused(int number, DateTime start)
        {
            string[] rows =
            {
                "+,,",
                "<,220 EX1.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready,",
                ">,MAIL FROM:<alice@contoso.com>,",
                ">,RCPT TO:<bob@fabrikam.com>,",
                "<,250 2.1.0 Sender OK,",
                "<,550 5.7.64 TenantAttribution; Relay Access Denied [EX1.prod.protection.outlook.com],",
                "-,,Local",
            };
            string text = "";
            for (int sequence = 0; sequence < rows.Length; sequence++)
            {
                text += string.Format(
                    "{0:yyyy-MM-dd'T'HH:mm:ss.fff'Z'},Outbound,08DE2405{1:X8},{2},10.1.0.11:51203,198.51.100.9:25,{3}\r\n",
                    start,
                    number,
                    sequence,
                    rows[sequence]);
            }
            return text;
        }
    }
}
