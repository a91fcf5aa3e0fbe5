using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Threading;

namespace EopRelay.Tests
{
    /// <summary>Readers used well and used wrongly.</summary>
    internal static class ReaderChecks
    {
        internal static void Run(Checks checks, string logFolder)
        {
            checks.That("a disposed reader says so, and may be disposed twice", () =>
            {
                SessionReader reader = Open(logFolder);
                reader.Dispose();
                reader.Dispose();
                Checks.Throws<ObjectDisposedException>(() => reader.ReadBatch());
                reader.Cancel();
            });
            checks.That("the end stays the end", () =>
            {
                using (SessionReader reader = Open(logFolder))
                {
                    while (reader.ReadBatch())
                    {
                    }
                    Checks.Equal(false, reader.ReadBatch());
                    Checks.Equal(0, reader.Sessions.Length);
                }
            });
            checks.That("a cancelled reader is at its end", () =>
            {
                using (SessionReader reader = Open(logFolder))
                {
                    reader.Cancel();
                    Checks.Equal(false, reader.ReadBatch());
                }
            });
            checks.That("a reader that another thread is inside says that it is busy", () =>
            {
                using (SessionReader reader = Open(logFolder))
                {
                    object gate = typeof(NativeHandle)
                        .GetField("gate", BindingFlags.NonPublic | BindingFlags.Instance).GetValue(reader);
                    lock (gate)
                    {
                        Exception trouble = null;
                        InParallel(1, () => trouble = Caught(() => reader.ReadBatch()));
                        Checks.Equal("ReaderBusy", ((EopRelayException)trouble).ErrorId);
                    }
                    reader.ReadBatch();
                }
            });
            checks.That("one reader used by many threads does no more harm than being busy", () =>
            {
                using (SessionReader shared = Open(logFolder))
                {
                    InParallel(4, () =>
                    {
                        bool more = true;
                        while (more)
                        {
                            Exception trouble = Caught(() => more = shared.ReadBatch());
                            if (trouble != null)
                            {
                                Checks.Equal("ReaderBusy", ((EopRelayException)trouble).ErrorId);
                            }
                        }
                    });
                }
            });
            checks.That("readers of several threads do not disturb each other", () =>
            {
                int expected = Count(Open(logFolder));
                var counts = new List<int>();
                InParallel(4, () =>
                {
                    int count = Count(Open(logFolder));
                    lock (counts)
                    {
                        counts.Add(count);
                    }
                });
                foreach (int count in counts)
                {
                    Checks.Equal(expected, count);
                }
                Checks.Equal(4, counts.Count);
            });
            checks.That("a reader disposed while another thread reads ends that thread's reading", () =>
            {
                for (int round = 0; round < 50; round++)
                {
                    SessionReader reader = Open(logFolder);
                    Exception trouble = null;
                    var thread = new Thread(() => trouble = Caught(() =>
                    {
                        while (reader.ReadBatch())
                        {
                        }
                    }));
                    thread.Start();
                    reader.Dispose();
                    thread.Join();
                    Checks.True(trouble == null || trouble is ObjectDisposedException, "caught " + trouble);
                }
            });
            Queries(checks, logFolder);
            States(checks, logFolder);
        }

        /// <summary>With a log that is larger than what one batch reads.</summary>
        internal static void RunOnLargeLog(Checks checks, string logFolder)
        {
            checks.That("sessions are handed out long before the end is read, and stopping there releases the file", () =>
            {
                for (int round = 0; round < 20; round++)
                {
                    using (SessionReader reader = Open(logFolder))
                    {
                        Checks.Equal(true, reader.ReadBatch());
                        Checks.True(reader.Sessions.Length > 0, "the first batch has sessions");
                        Checks.True(reader.Progress.BytesRead < reader.Progress.BytesTotal, reader.Progress.Status);
                        Checks.True(OpenFilesIn(logFolder) > 0, "the file is open while it is read");
                    }
                    Checks.Equal(0, OpenFilesIn(logFolder));
                }
            });
            checks.That("a forgotten reader is given back", () =>
            {
                Forget(logFolder);
                GC.Collect();
                GC.WaitForPendingFinalizers();
                // Mono scans the stack conservatively and may keep the last one.
                Checks.True(OpenFilesIn(logFolder) <= 1, "readers are left open");
            });
        }

        private static void Queries(Checks checks, string logFolder)
        {
            checks.That("a thumbprint that is none is refused by name", () =>
            {
                SessionQuery query = Query(logFolder);
                query.Thumbprints = new[] { "not hexadecimal" };
                Checks.Equal("InvalidThumbprint", Checks.Throws<EopRelayException>(() => Library.OpenSessions(query)).ErrorId);
            });
            checks.That("a pattern that is none is refused by name", () =>
            {
                SessionQuery query = Query(logFolder);
                query.Connectors = new[] { "[" };
                Checks.Equal("InvalidPattern", Checks.Throws<EopRelayException>(() => Library.OpenSessions(query)).ErrorId);
            });
            checks.That("an outcome that is none is refused by name", () =>
            {
                SessionQuery query = Query(logFolder);
                query.Outcomes = new[] { "Refused", "Lost" };
                Checks.Equal("InvalidName", Checks.Throws<EopRelayException>(() => Library.OpenSessions(query)).ErrorId);
            });
            checks.That("outcomes and thumbprints narrow the sessions", () =>
            {
                var all = new List<Session>(Read(Query(logFolder)));
                Checks.True(all.Count > 0, "the fixtures have sessions");
                foreach (string outcome in new[] { "Delivered", "refused", "TLSFAILED" })
                {
                    SessionQuery query = Query(logFolder);
                    query.Outcomes = new[] { outcome };
                    int expected = all.FindAll(session => string.Equals(session.Outcome, outcome, StringComparison.OrdinalIgnoreCase)).Count;
                    Checks.Equal(expected, new List<Session>(Read(query)).Count);
                }
                Session withCertificate = all.Find(session => session.SentThumbprint != null);
                SessionQuery pasted = Query(logFolder);
                pasted.Thumbprints = new[] { "\u200E" + withCertificate.SentThumbprint.Insert(2, " ").ToLowerInvariant() };
                int expectedOfThumbprint = all.FindAll(session => session.SentThumbprint == withCertificate.SentThumbprint
                    || (session.RemoteCertificate != null && session.RemoteCertificate.Thumbprint == withCertificate.SentThumbprint)).Count;
                Checks.Equal(expectedOfThumbprint, new List<Session>(Read(pasted)).Count);
                pasted.Thumbprints = new[] { new string('0', 40), pasted.Thumbprints[0] };
                Checks.Equal(expectedOfThumbprint, new List<Session>(Read(pasted)).Count);
            });
            checks.That("a time without a zone is local time, and the end is not included", () =>
            {
                var all = new List<Session>(Read(Query(logFolder)));
                DateTime first = all[0].StartTime;
                foreach (Session session in all)
                {
                    first = session.StartTime < first ? session.StartTime : first;
                }
                SessionQuery until = Query(logFolder);
                until.End = DateTime.SpecifyKind(first.ToLocalTime(), DateTimeKind.Unspecified);
                Checks.Equal(0, new List<Session>(Read(until)).Count);
                SessionQuery from = Query(logFolder);
                from.Start = DateTime.SpecifyKind(first.ToLocalTime(), DateTimeKind.Unspecified);
                Checks.Equal(all.Count, new List<Session>(Read(from)).Count);
            });
            checks.That("a path that leads nowhere is one error notice with that path", () =>
            {
                string missing = Path.Combine(logFolder, "missing [1]");
                List<Notice> notices = NoticesOf(Interop.LocatePath(missing, false, ""));
                Checks.Equal(1, notices.Count);
                Checks.Equal("LogNotFound", notices[0].ErrorId);
                Checks.Equal("ObjectNotFound", notices[0].Category);
                Checks.Equal("Error", notices[0].Severity);
                Checks.Equal(missing, notices[0].Path);
                Checks.Equal(missing + ": " + notices[0].Message, notices[0].ToException().Message);
            });
            checks.That("a server whose share gives nothing is one error that names it", () =>
            {
                List<Notice> notices =
                    NoticesOf((LogLocation)Interop.LocateOnServer("EX-OF-ANOTHER-HOST", @"C:\Logs", "", false));
                Checks.Equal(1, notices.Count);
                Checks.Equal("RemoteLogUnreadable", notices[0].ErrorId);
                Checks.True(notices[0].Text.Contains("EX-OF-ANOTHER-HOST lie on that server"), notices[0].Text);
            });
            checks.That("damaged rows are one warning that names the file and the first line", () =>
            {
                List<Notice> warnings = NoticesOf(Interop.LocatePath(logFolder, false, ""));
                Checks.Equal(1, warnings.Count);
                Checks.Equal("Warning", warnings[0].Severity);
                Checks.Equal("DamagedRows", warnings[0].Code);
                Checks.Equal(1L, warnings[0].Count);
                Checks.Equal(true, warnings[0].Line > 1);
                Checks.True(warnings[0].Text.StartsWith(warnings[0].Path + ":" + warnings[0].Line + ": "), warnings[0].Text);
            });
            checks.That("progress ends where the files end", () =>
            {
                using (SessionReader reader = Open(logFolder))
                {
                    while (reader.ReadBatch())
                    {
                        Checks.True(reader.Progress.PercentComplete >= 0 && reader.Progress.PercentComplete <= 100, reader.Progress.Status);
                    }
                    Checks.Equal(reader.Progress.FilesTotal, reader.Progress.FilesRead);
                    Checks.True(reader.Progress.PercentComplete == 100, reader.Progress.Status);
                    Checks.True(reader.Progress.FilesTotal > 0, "the fixtures have files");
                }
            });
        }

        private static void States(Checks checks, string logFolder)
        {
            string statePath = Path.Combine(Path.GetTempPath(), "eop-relay-state-" + Guid.NewGuid().ToString("N"));
            SessionQuery query = Query(logFolder);
            query.StatePath = statePath;
            checks.That("a state is not saved before the end, and a run that was given up loses nothing", () =>
            {
                using (SessionReader reader = Library.OpenSessions(query))
                {
                    Checks.Equal(true, reader.ReadBatch());
                    Checks.Equal("StateNotAtEnd", Checks.Throws<EopRelayException>(() => reader.SaveState()).ErrorId);
                }
                Checks.Equal(false, File.Exists(statePath));
            });
            checks.That("a saved state makes the next run read on, and one run has it at a time", () =>
            {
                using (SessionReader reader = Library.OpenSessions(query))
                {
                    int count = 0;
                    while (reader.ReadBatch())
                    {
                        count += reader.Sessions.Length;
                    }
                    Checks.True(count > 0, "the fixtures have sessions that end");
                    reader.SaveState();
                    EopRelayException inUse = Checks.Throws<EopRelayException>(() => Library.OpenSessions(query));
                    Checks.Equal("StateInUse ResourceBusy", inUse.ErrorId + " " + inUse.Category);
                }
                Checks.Equal(0, new List<Session>(Read(query)).Count);
            });
            checks.That("a damaged state is refused by name, and a folder that is missing too", () =>
            {
                File.WriteAllText(statePath, "#Software: Microsoft Exchange Server");
                EopRelayException damaged = Checks.Throws<EopRelayException>(() => Library.OpenSessions(query));
                Checks.Equal("StateDamaged InvalidData", damaged.ErrorId + " " + damaged.Category);
                Checks.True(damaged.Message.Contains(statePath), damaged.Message);
                query.StatePath = Path.Combine(statePath, "none");
                Checks.Equal("StateUnusable", Checks.Throws<EopRelayException>(() => Library.OpenSessions(query)).ErrorId);
            });
            checks.That("a reader without a state has nothing to save", () =>
            {
                using (SessionReader reader = Open(logFolder))
                {
                    reader.SaveState();
                }
            });
            File.Delete(statePath);
            File.Delete(statePath + ".lock");
        }

        private static SessionQuery Query(string logFolder)
        {
            SessionQuery query = Interop.NewSessionQuery();
            query.Add(Interop.LocatePath(logFolder, false, ""));
            return query;
        }

        private static SessionReader Open(string logFolder)
        {
            return Library.OpenSessions(Query(logFolder));
        }

        private static IEnumerable<Session> Read(SessionQuery query)
        {
            using (SessionReader reader = Library.OpenSessions(query))
            {
                while (reader.ReadBatch())
                {
                    foreach (Session session in reader.Sessions)
                    {
                        yield return session;
                    }
                }
            }
        }

        private static List<Notice> NoticesOf(LogLocation location)
        {
            SessionQuery query = Interop.NewSessionQuery();
            query.Add(location);
            var notices = new List<Notice>();
            using (SessionReader reader = Library.OpenSessions(query))
            {
                while (reader.ReadBatch())
                {
                    notices.AddRange(reader.Notices);
                }
            }
            return notices;
        }

        private static int Count(SessionReader reader)
        {
            using (reader)
            {
                int count = 0;
                while (reader.ReadBatch())
                {
                    count += reader.Sessions.Length;
                }
                return count;
            }
        }

        private static void Forget(string logFolder)
        {
            for (int round = 0; round < 10; round++)
            {
                Open(logFolder).ReadBatch();
            }
        }

        private static Exception Caught(Action action)
        {
            try
            {
                action();
                return null;
            }
            catch (Exception exception)
            {
                return exception;
            }
        }

        /// <summary>Runs the same work on several threads; what one of them throws is thrown here.</summary>
        private static void InParallel(int threadCount, Action work)
        {
            var threads = new List<Thread>();
            Exception trouble = null;
            for (int index = 0; index < threadCount; index++)
            {
                var thread = new Thread(() => trouble = Caught(work) ?? trouble);
                thread.Start();
                threads.Add(thread);
            }
            foreach (Thread thread in threads)
            {
                thread.Join();
            }
            Checks.Equal(null, trouble);
        }

        /// <summary>How many files of the folder this process holds open, (Linux).</summary>
        private static int OpenFilesIn(string folder)
        {
            int count = 0;
            string prefix = Path.GetFullPath(folder);
            foreach (string descriptor in Directory.GetFiles("/proc/self/fd"))
            {
                if (LinkTarget.Of(descriptor).StartsWith(prefix, StringComparison.Ordinal))
                {
                    count++;
                }
            }
            return count;
        }
    }
}
