using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace EopRelay.Tests
{
    /// <summary>The CAPI2 log, as the scripts read and hand on what it says.</summary>
    internal static class ChainEventChecks
    {
        private const string Sent = "E8412F6A9C03D7B5518E2A4C6F90B3D5E7F81A2C";

        /// <param name="checks">Counts.</param>
        /// <param name="folder">Holds partial-chain.xml and german.xml.</param>
        /// <param name="log">A log with refused sessions.</param>
        internal static void Run(Checks checks, string folder, string log)
        {
            string file = Path.Combine(folder, "partial-chain.xml");
            string text = File.ReadAllText(file);
            checks.That("files and texts give typed objects", () =>
            {
                EvidenceSource source = Interop.NewEvidenceSource();
                source.AddPath(file, false);
                Checks.Equal(1, source.InputCount);
                List<Notice> notices;
                List<ChainEvent> events = Read(source, out notices, text.Replace("6F1D2C3B", "7F1D2C3B").Replace("0A1B2C3D", "1A1B2C3D"));
                Checks.Equal(2, events.Count);
                Checks.Equal(0, notices.Count);
                Checks.Equal(new DateTime(2026, 11, 16, 1, 17, 40, 456, DateTimeKind.Utc), events[0].Time);
                Checks.Equal(DateTimeKind.Utc, events[0].Time.Value.Kind);
                Checks.Equal("PartialChain", events[0].Fault);
                Checks.Equal(Sent, events[0].Thumbprint);
                Checks.Equal(file, events[0].LogPath);
                Checks.Equal("events of the pipeline", events[1].LogPath);
                Checks.Equal(-2146762487L, events[0].Failures[0].Result.Code);
                Checks.Equal(-1L, events[0].Records[0].ElementIndex);
                Checks.True(
                    events[0].Failures[0].ToString().StartsWith(
                        "event 30 (record 4711): CERT_E_UNTRUSTEDROOT (0x800B0109): most likely", StringComparison.Ordinal),
                    events[0].Failures[0].ToString());
            });
            checks.That("a thumbprint and a window choose", () =>
            {
                var expected = new Dictionary<Action<EvidenceSource>, int>
                {
                    { source => source.Thumbprint = "\u200E" + Sent.ToLowerInvariant(), 1 },
                    { source => source.Thumbprint = new string('0', 40), 0 },
                    { source => source.Start = new DateTime(2026, 11, 16, 1, 17, 40, DateTimeKind.Utc), 1 },
                    { source => source.End = new DateTime(2026, 11, 16, 1, 17, 40, DateTimeKind.Utc), 0 },
                };
                foreach (KeyValuePair<Action<EvidenceSource>, int> choice in expected)
                {
                    EvidenceSource source = Interop.NewEvidenceSource();
                    source.AddPath(file, false);
                    choice.Key(source);
                    List<Notice> notices;
                    Checks.Equal(choice.Value, Read(source, out notices).Count);
                }
            });
            checks.That("trouble is reported with its place, and the rest is read", () =>
            {
                EvidenceSource source = Interop.NewEvidenceSource();
                source.AddPath(Path.Combine(folder, "missing.evtx"), false);
                source.AddPath(typeof(ChainEventChecks).Assembly.Location, false);
                source.AddPath(file, false);
                List<Notice> notices;
                Checks.Equal(1, Read(source, out notices).Count);
                Checks.Equal(2, notices.Count);
                Checks.Equal("LogNotFound", notices[0].ErrorId);
                Checks.Equal("Error", notices[0].Severity);
                Checks.Equal("OtherContent", notices[1].Code);
                Checks.Equal("Error", notices[1].Severity);
                Checks.True(notices[1].Text.Contains("cannot be read as an event log"), notices[1].Text);
            });
            checks.That("a thumbprint that is none is refused as such", () =>
            {
                EvidenceSource source = Interop.NewEvidenceSource();
                source.Thumbprint = "xyz";
                Checks.Equal("InvalidThumbprint", Checks.Throws<EopRelayException>(() => Library.OpenChainEvents(source)).ErrorId);
            });
            checks.That("a reader can be cancelled, and disposed twice, and then says so", () =>
            {
                EvidenceSource source = Interop.NewEvidenceSource();
                source.AddPath(file, false);
                EvidenceReader<ChainEvent> reader = Library.OpenChainEvents(source);
                reader.Cancel();
                Checks.Equal(false, reader.ReadBatch());
                reader.Dispose();
                reader.Dispose();
                Checks.Throws<ObjectDisposedException>(() => reader.ReadBatch());
            });
            RunRequests(checks, text, log);
        }

        /// <summary>Prints the validations of files as the core serialises them, one a line.</summary>
        internal static void Print(IEnumerable<string> files)
        {
            EvidenceSource source = Interop.NewEvidenceSource();
            foreach (string file in files)
            {
                source.AddPath(file, false);
            }
            List<Notice> notices;
            using (var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)))
            {
                foreach (ChainEvent chainEvent in Read(source, out notices))
                {
                    var json = new StringBuilder();
                    JsonWriter.Write(json, chainEvent);
                    output.WriteLine(json);
                }
            }
        }

        /// <summary>The same finding, in whatever form the event comes.</summary>
        private static void RunRequests(Checks checks, string text, string log)
        {
            Session session = Refused(log);
            string about = text.Replace(Sent, session.SentThumbprint);
            EvidenceSource source = Interop.NewEvidenceSource();
            List<Notice> notices;
            ChainEvent typed = Read(source, out notices, about)[0];
            var forms = new Dictionary<string, Action<Request>>
            {
                { "its text", request => request.Add("ChainEvents", about) },
                { "an object of the reader", request => request.Add("ChainEvents", typed) },
                { "the members of one", request => request.Add("ChainEvents", Bag(typed)) },
                { "a file", request => AddFile(request, about) },
            };
            foreach (KeyValuePair<string, Action<Request>> form in forms)
            {
                checks.That("an event is judged as " + form.Key, () =>
                {
                    Request request = NewRequest(session);
                    form.Value(request);
                    Report report = Library.Test(request);
                    Checks.Equal("ChainIncompleteLogged", report.Cause);
                    Checks.Equal("Refused", report.Verdict);
                    Checks.True(Array.Exists(
                        report.Findings[0].Evidence, line => line.Text.Contains("event 30 (record 4711)")), "no event");
                });
            }
            checks.That("a log without events is reported", () =>
            {
                Request request = NewRequest(session);
                request.Expect("ChainEvents");
                Report report = Library.Test(request);
                Checks.True(Array.Exists(report.Findings, finding => finding.Id == "ChainEventsMissing"), "not reported");
            });
            checks.That("a file that is not there is reported with its path", () =>
            {
                EopRelayException error = NewRequest(session).AddFile("ChainEventFiles", "ChainEventFile", "no-such.evtx");
                Checks.Equal("ChainEventFileNotFound", error.ErrorId);
                Checks.True(error.Message.Contains("no-such.evtx"), error.Message);
            });
        }

        private static void AddFile(Request request, string content)
        {
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllText(path, content);
                request.AddFile("ChainEventFiles", "ChainEventFile", path);
            }
            finally
            {
                File.Delete(path);
            }
        }

        /// <summary>What a script makes of an object that was serialised: its members by name.</summary>
        private static Hashtable Bag(object value)
        {
            var bag = new Hashtable { { "PSTypeNames", new[] { "Deserialized." + value.GetType().FullName } } };
            foreach (System.Reflection.PropertyInfo property in value.GetType().GetProperties())
            {
                object member = property.GetValue(value, null);
                var list = member as Array;
                if (list != null && !(member is string[]))
                {
                    var items = new ArrayList();
                    foreach (object item in list)
                    {
                        items.Add(Bag(item));
                    }
                    bag.Add(property.Name, items);
                }
                else if (member != null && member.GetType().Assembly == typeof(Interop).Assembly)
                {
                    bag.Add(property.Name, Bag(member));
                }
                else
                {
                    bag.Add(property.Name, member);
                }
            }
            return bag;
        }

        private static Request NewRequest(Session session)
        {
            Request request = Interop.NewRequest();
            request.Set("At", new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            request.Add("Sessions", session);
            return request;
        }

        private static Session Refused(string log)
        {
            SessionQuery query = Interop.NewSessionQuery();
            query.Add(Interop.LocatePath(log, false, null));
            query.EopOnly = true;
            query.Outcomes = new[] { "Refused" };
            using (SessionReader reader = Library.OpenSessions(query))
            {
                while (reader.ReadBatch())
                {
                    foreach (Session session in reader.Sessions)
                    {
                        return session;
                    }
                }
            }
            throw new CheckFailure("the log has no refused session");
        }

        private static List<ChainEvent> Read(EvidenceSource source, out List<Notice> notices, params string[] texts)
        {
            var events = new List<ChainEvent>();
            notices = new List<Notice>();
            source.TextFollows = texts.Length > 0;
            using (EvidenceReader<ChainEvent> reader = Library.OpenChainEvents(source))
            {
                foreach (string text in texts)
                {
                    reader.AddText(text);
                }
                if (texts.Length > 0)
                {
                    Checks.Equal(null, reader.HandOver(true));
                }
                while (reader.ReadBatch())
                {
                    events.AddRange(reader.Records);
                    notices.AddRange(reader.Notices);
                }
                Checks.Equal(0, reader.Records.Length);
            }
            return events;
        }
    }
}
