using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EopRelay.Tests
{
    /// <summary>Requests and reports, as the scripts make and show them.</summary>
    internal static class ReportChecks
    {
        private const string Thumbprint = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B";
        private const string Password = "correct horse";
        private static readonly DateTime At = new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc);

        /// <param name="checks">Counts.</param>
        /// <param name="folder">Holds mail.contoso.com.cer, .pem, .p7b and .pfx, all of one certificate, and its authority's.</param>
        internal static void Run(Checks checks, string folder)
        {
            Func<string, string> file = name => Path.Combine(folder, name);
            string expected = new X509Certificate2(file("mail.contoso.com.cer")).Thumbprint;
            foreach (string kind in new[] { "cer", "pem", "p7b" })
            {
                string name = "mail.contoso.com." + kind;
                checks.That(name + " is judged", () =>
                {
                    Request request = NewRequest();
                    request.AddCertificateFile("CertificateFiles", file(name), null);
                    Checks.Equal(1, request.CountOf("CertificateFiles", "QueueErrors"));
                    Checks.Equal(expected, Library.Test(request).Certificate.Thumbprint);
                });
            }
            checks.That("queue errors are judged, and as firmly as their text is", () =>
            {
                Request request = NewRequest();
                request.Add("QueueErrors", "421 4.4.1 Connection timed out");
                request.Add("QueueErrors", new Hashtable { { "Identity", "EX1\\3" }, { "LastError", "421 4.4.1 Connection timed out" } });
                Checks.Equal(2, request.CountOf("CertificateFiles", "QueueErrors"));
                Report report = Library.Test(request);
                Checks.Equal("Uncertain", report.Verdict);
                Checks.Equal("CoverTextOnly", report.Cause);
            });
            checks.That("a pfx is opened first, and only its certificates go on", () =>
            {
                Request request = NewRequest();
                request.AddCertificateFile("CertificateFiles", file("mail.contoso.com.pfx"), Secure(Password));
                Checks.True(!request.ToJson().Contains(Password), "the password goes on");
                Checks.Equal(expected, Library.Test(request).Certificate.Thumbprint);
            });
            checks.That("a pfx that cannot be opened says what to do", () =>
            {
                foreach (string password in new[] { null, "wrong" })
                {
                    EopRelayException error = NewRequest().AddCertificateFile("CertificateFiles", 
                        file("mail.contoso.com.pfx"), password == null ? null : Secure(password));
                    Checks.Equal("PfxNotOpened", error.ErrorId);
                    Checks.True(error.Message.Contains(password == null ? "-Password" : "check it"), error.Message);
                }
            });
            checks.That("a file that is not there is reported with its path", () =>
            {
                EopRelayException error = NewRequest().AddCertificateFile("CertificateFiles", file("missing.cer"), null);
                Checks.Equal("CertificateFileNotFound", error.ErrorId);
                Checks.True(error.Message.Contains(file("missing.cer")), error.Message);
            });
            checks.That("a file that holds no certificate is reported in the report", () =>
            {
                Request request = NewRequest();
                request.AddCertificateFile("CertificateFiles", typeof(ReportChecks).Assembly.Location, null);
                Report report = Library.Test(request);
                Checks.Equal(40, report.ExitCode);
                Checks.True(Find(report, "InputUnreadable").ToString().Contains("Tests.exe"), "no path");
            });
            checks.That("an installed certificate is found by its thumbprint as pasted", () =>
            {
                byte[] rawData = new X509Certificate2(file("mail.contoso.com.cer")).RawData;
                Request request = NewRequest();
                request.Add("InstalledCertificates", new Hashtable { { "RawData", rawData } });
                request.Add("Thumbprints", "\u200E" + expected.ToLowerInvariant().Insert(2, " "));
                Checks.Equal(expected, Library.Test(request).Certificate.Thumbprint);
            });
            checks.That("a thumbprint that no certificate has says what to give", () =>
            {
                Request request = NewRequest();
                request.Add("Thumbprints", Thumbprint);
                EopRelayException error = Checks.Throws<EopRelayException>(() => Library.Test(request));
                Checks.Equal("CertificateNotFound", error.ErrorId);
                Checks.Equal("ObjectNotFound", error.Category);
                Checks.True(error.Message.Contains("-InstalledCertificate"), error.Message);
            });
            checks.That("a thumbprint that is none is refused as such", () =>
            {
                Request request = NewRequest();
                request.Add("Thumbprints", "xyz");
                Checks.Equal("InvalidThumbprint", Checks.Throws<EopRelayException>(() => Library.Test(request)).ErrorId);
            });
            checks.That("every value of the request arrives", () =>
            {
                Request request = NewRequest();
                request.AddCertificateFile("CertificateFiles", file("mail.contoso.com.cer"), null);
                request.AddFile("IntermediateFiles", "CertificateFile", file("mail.contoso.com.cer"));
                request.AddFile("RootFiles", "CertificateFile", file("mail.contoso.com.cer"));
                request.Add("InboundConnectors", Connector());
                request.Add("AcceptedDomains", new Hashtable { { "DomainName", "contoso.com" } });
                request.Add("AcceptedDomains", new Hashtable { { "DomainName", "mail.contoso.com" } });
                request.Add("SendConnectors", new Hashtable { { "Name", "Outbound" }, { "TlsCertificateName", null } });
                request.Set("SourceIPAddress", "203.0.113.7");
                request.Set("MailFrom", "<>");
                request.Set("RecipientDomain", "fabrikam.com");
                request.Set("WarningDays", 14);
                Report report = Library.Test(request);
                Checks.Equal("mail.contosso.com", report.Connector.Value);
                var match = (IDictionary<string, object>)report.Connector.NameMatch;
                Checks.True(((IDictionary<string, object>)match["Relation"]).ContainsKey("NoMatch"), JsonLines.Of(match["Relation"]));
                Checks.Equal(DateTimeKind.Utc, report.Certificate.NotAfter.Value.Kind);
                Checks.Equal(expected, report.Chain.Certificates[0].Thumbprint);
                request.Set("SourceIPAddress", "203.0.113");
                Checks.Equal("InvalidArgument", Checks.Throws<EopRelayException>(() => Library.Test(request)).Category);
            });
            checks.That("a certificate that fits, of an authority that nobody knows, stays open before it is installed", () =>
            {
                Request request = NewRequest();
                request.AddCertificateFile("CertificateFiles", file("mail.contoso.com.p7b"), null);
                request.AddFile("IntermediateFiles", "CertificateFile", file("fabrikam-ca-5.cer"));
                request.AddFile("RootFiles", "CertificateFile", file("fabrikam-ca-5.cer"));
                IDictionary connector = Connector();
                connector["TlsSenderCertificateName"] = "mail.contoso.com";
                request.Add("InboundConnectors", connector);
                request.Add("AcceptedDomains", new Hashtable { { "DomainName", "mail.contoso.com" } });
                request.Set("MailFrom", "<>");
                Report report = Library.Test(request);
                Checks.True(report.Verdict == "Uncertain", report.ToString());
                Checks.Equal("RootNotKnown", report.Cause);
            });
            checks.That("a send connector has what would be sent and what was", () =>
            {
                ConnectorCertificate row = Library.Certificates(CertificateRequest(file("mail.contoso.com.cer"))).Certificates[0];
                Checks.Equal("Outbound to Microsoft 365", row.Connector);
                Checks.Equal("EX1", row.Server);
                Checks.Equal(expected, row.SelectedThumbprint);
                Checks.Equal("ConnectorFqdn", row.SelectedBy);
                Checks.Equal("Unknown", row.Comparison);
                Checks.Equal(true, row.IsEop);
                Checks.Equal(DateTimeKind.Utc, row.SelectedCertificate.NotAfter.Value.Kind);
                Checks.Equal(row.NotAfter, row.SelectedCertificate.NotAfter);
                Checks.Equal(row.NotAfter.Value.ToString("yyyy-MM-dd"), row.Expires);
                Checks.True(row.Note.Contains("No sessions were given"), row.Note);
                Checks.Equal(null, row.LastSent);
                Checks.Equal("", row.Sent);
            });
            checks.That("sessions say what was sent also after serialisation", () =>
            {
                Request request = CertificateRequest(file("mail.contoso.com.cer"));
                string sent = Thumbprint;
                request.Add("Sessions", JsonReader.Read(SessionJson.Replace("THUMBPRINT", sent)));
                ConnectorCertificate row = Library.Certificates(request).Certificates[0];
                Checks.Equal("NotInstalled", row.Comparison);
                Checks.Equal("Different", row.Status);
                Checks.Equal(sent, row.SentThumbprint);
                Checks.Equal("2026-11-15 01:02", row.LastSent);
                Checks.Equal(1L, row.SentCertificates[0].EopSessions);
                Checks.Equal("Delivered", row.SentCertificates[0].LastOutcome);
                Checks.True(row.ToString().StartsWith("Different: Outbound"), row.ToString());
            });
            checks.That("a member that the library does not know is an error with its name", () =>
            {
                foreach (string name in new[] { "InboundConector", "" })
                {
                    Request request = NewRequest();
                    request.Set(name, "x");
                    EopRelayException error = Checks.Throws<EopRelayException>(() => Library.Test(request));
                    Checks.Equal("InvalidArgument", error.Category);
                    Checks.True(error.Message.Contains("`" + name + "`"), error.Message);
                }
            });
            checks.That("an object that cannot be written is not added, and the others are", () =>
            {
                object[] endless = new object[1];
                endless[0] = endless;
                Request request = NewRequest();
                Checks.Equal(null, request.Add("SendConnectors", new Hashtable { { "Name", "a" } }));
                Checks.Equal("InputTooDeep", request.Add("SendConnectors", endless).ErrorId);
                Checks.Equal(null, request.Add("SendConnectors", new Hashtable { { "Name", "b" } }));
                Checks.True(request.ToJson().Contains("[{\"Name\":\"a\"},\n{\"Name\":\"b\"}]"), request.ToJson());
            });
            checks.That("what is no send connector is a problem with its place", () =>
            {
                Request request = NewRequest();
                request.Add("SendConnectors", new Hashtable { { "DomainName", "contoso.com" } });
                CertificateOverview overview = Library.Certificates(request);
                Checks.Equal(40, overview.ExitCode);
                Checks.True(overview.Problems[0].IsError, "a warning");
                Checks.True(overview.Problems[0].ToString().StartsWith("-SendConnector: "), overview.Problems[0].ToString());
            });
            checks.That("nothing given is no certificate and no error", () =>
            {
                CertificateOverview overview = Library.Certificates(Interop.NewRequest());
                Checks.Equal("0 rows, exit code 30", overview.Certificates.Length + " rows, exit code " + overview.ExitCode);
            });
            checks.That("nothing found in the logs is uncertain, never healthy", () =>
            {
                Request request = NewRequest();
                request.Expect("Sessions");
                Report report = Library.Test(request);
                Checks.Equal("Uncertain NoEvidence 30", report.Verdict + " " + report.Cause + " " + report.ExitCode);
            });
        }

        /// <summary>
        /// Prints the report on the sessions of logs as JSON: on the sessions as they are, then on what
        /// is left of them after serialisation.
        /// </summary>
        internal static void Print(IEnumerable<string> paths)
        {
            Request live = NewRequest();
            Request serialised = NewRequest();
            foreach (Request request in new[] { live, serialised })
            {
                request.Add("InboundConnectors", Connector());
                request.Add("AcceptedDomains", new Hashtable { { "DomainName", "contoso.com" } });
            }
            SessionQuery query = Interop.NewSessionQuery();
            foreach (string path in paths)
            {
                query.Add(Interop.LocatePath(path, false, ""));
            }
            using (SessionReader reader = Library.OpenSessions(query))
            {
                while (reader.ReadBatch())
                {
                    foreach (Session session in reader.Sessions)
                    {
                        live.Add("Sessions", session);
                        serialised.Add("Sessions", JsonReader.Read(JsonLines.Of(session)));
                    }
                }
            }
            using (StreamWriter output = Output())
            {
                output.WriteLine(JsonLines.Of(Library.Test(live)));
                output.WriteLine(JsonLines.Of(Library.Test(serialised)));
            }
        }

        /// <summary>
        /// Prints what the native library says of a certificate of this computer, as Test-EopRelayCertificate
        /// -Thumbprint asks it.
        /// </summary>
        internal static void PrintStored(string thumbprint)
        {
            Request request = Interop.NewRequest();
            request.Set("UseMachineStores", true);
            request.Add("Thumbprints", thumbprint);
            using (StreamWriter output = Output())
            {
                output.WriteLine(Library.Native.Test(request.ToJson()));
            }
        }

        /// <summary>Prints the texts that the list view shows of a report in JSON.</summary>
        internal static void Show(string path)
        {
            Report report = JsonMapper.Read<Report>(File.ReadAllText(path));
            using (StreamWriter output = Output())
            {
                output.WriteLine(report);
                output.WriteLine("Certificate: " + report.Certificate);
                output.WriteLine("Chain: " + report.Chain);
                output.WriteLine("Connector: " + report.Connector);
                output.WriteLine("  " + JsonLines.Of(report.Connector.NameMatch) + ", " + JsonLines.Of(report.Connector.Address));
                foreach (Finding finding in report.Findings)
                {
                    output.WriteLine();
                    output.WriteLine(finding);
                }
            }
        }

        /// <summary>Prints the certificates of an overview in JSON, each on a line.</summary>
        internal static void PrintCertificates(string path)
        {
            using (StreamWriter output = Output())
            {
                foreach (ConnectorCertificate row in JsonMapper.Read<CertificateOverview>(File.ReadAllText(path)).Certificates)
                {
                    output.WriteLine(JsonLines.Of(row));
                }
            }
        }

        /// <summary>Prints a report, or the certificates of an overview, in JSON by a view.</summary>
        internal static void View(string formats, string view, string path)
        {
            string json = File.ReadAllText(path);
            object[] values = view.StartsWith("EopRelay.Report.", StringComparison.Ordinal)
                ? new object[] { JsonMapper.Read<Report>(json) }
                : JsonMapper.Read<CertificateOverview>(json).Certificates;
            using (StreamWriter output = Output())
            {
                ViewPrinter.Print(output, formats, view, values);
            }
        }

        private static StreamWriter Output()
        {
            var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
            output.NewLine = "\n";
            return output;
        }

        private static Request NewRequest()
        {
            Request request = Interop.NewRequest();
            request.Set("At", At);
            return request;
        }

        private static IDictionary Connector()
        {
            return new Hashtable
            {
                { "PSTypeNames", new[] { "Deserialized.Microsoft.Exchange.Data.InboundConnector" } },
                { "Name", "From on-premises" },
                { "Enabled", true },
                { "ConnectorType", "OnPremises" },
                { "TlsSenderCertificateName", "mail.contosso.com" },
                { "SenderIPAddresses", new ArrayList() },
            };
        }

        private const string SessionJson =
            "{\"LogType\":\"Send\",\"Server\":\"EX1\",\"LogPath\":\"SEND.LOG\",\"Line\":6,"
            + "\"StartTime\":\"2026-11-15T01:02:03.100Z\",\"EndTime\":\"2026-11-15T01:02:04.100Z\","
            + "\"Connector\":\"Outbound to Microsoft 365\",\"SessionId\":\"08DE240512345678\",\"IsEop\":true,"
            + "\"TlsStatus\":\"Succeeded\",\"SentCertificate\":{\"Thumbprint\":\"THUMBPRINT\"},"
            + "\"Messages\":[],\"Outcome\":\"Delivered\",\"Complete\":true,\"RowCount\":9}";

        private static Request CertificateRequest(string path)
        {
            Request request = NewRequest();
            request.Set("Server", "EX1");
            request.Add("SendConnectors", new Hashtable
            {
                { "Name", "Outbound to Microsoft 365" },
                { "Fqdn", "mail.contoso.com" },
                { "TlsCertificateName", null },
                { "SmartHosts", new[] { "contoso-com.mail.protection.outlook.com" } },
            });
            request.Add("InstalledCertificates", new Hashtable { { "RawData", new X509Certificate2(path).RawData } });
            return request;
        }

        private static Finding Find(Report report, string id)
        {
            return Array.Find(report.Findings, finding => finding.Id == id);
        }

        private static SecureString Secure(string text)
        {
            var secure = new SecureString();
            foreach (char character in text)
            {
                secure.AppendChar(character);
            }
            return secure;
        }
    }
}
