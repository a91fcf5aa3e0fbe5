using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;

namespace EopRelay.Tests
{
    /// <summary>Errors of queues, tracking logs and NDRs, as the scripts give them.</summary>
    internal static class ErrorChecks
    {
        private const string Reply = "550 5.7.64 TenantAttribution; Relay Access Denied";
        private const string Thumbprint = "0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C";

        /// <param name="checks">Counts.</param>
        /// <param name="folder">Holds exports, NDRs and the log of their sessions.</param>
        internal static void Run(Checks checks, string folder)
        {
            Func<string, string> file = name => Path.Combine(folder, name);
            checks.That("a text is explained", () =>
            {
                Request request = Interop.NewRequest();
                request.Add("Texts", Reply);
                DeliveryError error = Library.ResolveErrors(request).Errors[0];
                Checks.Equal("RelayDenied", error.Rejection);
                Checks.Equal(550, error.Code);
                Checks.Equal("Text", error.Source);
                Checks.True(error.Recognised && !error.Cover, "a class, and no cover text");
                Checks.True(error.Remedy.Length > 3 && error.Remedy[0].Where.Length > 0, "steps");
                Checks.Equal("RelayDenied: " + Reply, error.ToString());
                Checks.Equal(null, error.Session);
                Checks.Equal(null, error.MessageCount);
            });
            checks.That("a queue is read by its members, its local time with its zone", () =>
            {
                Request request = Interop.NewRequest();
                request.Add("Objects", new Hashtable
                {
                    { "Identity", "EX1\\3" },
                    { "LastError", Reply },
                    { "MessageCount", 7 },
                    { "LastRetryTime", new DateTime(2026, 11, 17, 6, 0, 0, DateTimeKind.Local) },
                });
                request.Add("Objects", new Hashtable { { "Identity", "EX1\\4" }, { "LastError", null } });
                ResolvedErrors resolved = Library.ResolveErrors(request);
                Checks.Equal(1L, resolved.WithoutError);
                Checks.Equal(7L, resolved.Errors[0].MessageCount);
                Checks.Equal("EX1", resolved.Errors[0].ReportingServer);
                // The tests run with the clock of Oslo.
                Checks.Equal(new DateTime(2026, 11, 17, 5, 0, 0, DateTimeKind.Utc), resolved.Errors[0].Time.Value);
            });
            checks.That("a time without a zone is of the unspecified kind", () =>
            {
                Request request = Interop.NewRequest();
                request.Add("Objects", new Hashtable
                {
                    { "Identity", "EX1\\3" },
                    { "LastError", "[{LRT=11/17/2026 5:10:02 AM};{LED=421 4.4.1 Connection timed out};{FQDN=a.example}]" },
                });
                DateTime time = Library.ResolveErrors(request).Errors[0].Time.Value;
                Checks.Equal(new DateTime(2026, 11, 17, 5, 10, 2), time);
                Checks.Equal(DateTimeKind.Unspecified, time.Kind);
            });
            checks.That("a tracking event has lists", () =>
            {
                Request request = Interop.NewRequest();
                request.Add("Objects", new Hashtable
                {
                    { "EventId", "FAIL" },
                    { "MessageId", "<1@x>" },
                    { "Recipients", new List<string> { "a@x", "b@x" } },
                    { "RecipientStatus", new[] { "[{LED=" + Reply + "}]", "[{LED=" + Reply + "}]" } },
                });
                DeliveryError error = Library.ResolveErrors(request).Errors[0];
                Checks.Equal("a@x b@x", string.Join(" ", error.Recipients));
                Checks.Equal("<1@x>", error.InternetMessageId);
            });
            checks.That("files are joined to the sessions of a log", () =>
            {
                Request request = Interop.NewRequest();
                request.AddFile("Files", "ErrorFile", file("queues.xml"));
                request.AddFile("Files", "ErrorFile", file("ndr.eml"));
                SessionQuery query = Interop.NewSessionQuery();
                query.Add(Interop.LocatePath(file("SEND20261117-1.LOG"), false, "EX1"));
                using (SessionReader reader = Library.OpenSessions(query))
                {
                    while (reader.ReadBatch())
                    {
                        foreach (Session session in reader.Sessions)
                        {
                            request.Add("Sessions", session);
                        }
                    }
                }
                ResolvedErrors resolved = Library.ResolveErrors(request);
                Checks.Equal(0, resolved.Problems.Length);
                ErrorSession joined = resolved.Errors[0].Session;
                Checks.Equal("Likely", joined.Certainty);
                Checks.Equal("UnknownCredentials", joined.TlsError);
                Checks.Equal(Thumbprint, joined.SentThumbprint);
                Checks.Equal("EX1", joined.Server);
                Checks.Equal("UnknownCredentials", resolved.Errors[0].TlsError);
                Checks.Equal(DateTimeKind.Utc, joined.StartTime.Kind);
                Checks.Equal("ServerSessionId", resolved.Errors[1].Session.Basis);
            });
            checks.That("what cannot be read is a problem, and the rest goes on", () =>
            {
                Request request = Interop.NewRequest();
                request.Add("Texts", Reply);
                request.Add("Objects", new Hashtable { { "Name", "x" } });
                ResolvedErrors resolved = Library.ResolveErrors(request);
                Checks.Equal(1, resolved.Errors.Length);
                Checks.True(resolved.Problems[0].IsError, "nothing was read of the objects");
                Checks.True(resolved.Problems[0].ToString().Contains("Get-Queue"), "what to give");
            });
            checks.That("a file that is missing is an error of its own", () =>
            {
                EopRelayException error = Interop.NewRequest().AddFile("Files", "ErrorFile", file("missing.eml"));
                Checks.Equal("ErrorFileNotFound", error.ErrorId);
                Checks.Equal("ObjectNotFound", error.Category);
            });
        }
    }
}
