using System;
using System.IO;
using System.Text;

namespace EopRelay
{
    /// <summary>
    /// What the scripts of the module call. Nothing here throws: PowerShell records each exception that
    /// leaves a statement in $Error and in every -ErrorVariable on its way, caught or not. What goes wrong
    /// is returned as an <see cref="EopRelayException"/>, in place of the result where there is one.
    /// </summary>
    public static class Interop
    {
        /// <summary>Loads the native library from the module's bin folder, once per process.</summary>
        /// <returns>Why it cannot be loaded and what to do, or <c>null</c>.</returns>
        public static EopRelayException Load(string binFolder)
        {
            return Problem(() => Library.Load(binFolder));
        }

        /// <summary>An empty query.</summary>
        public static SessionQuery NewSessionQuery()
        {
            return new SessionQuery();
        }

        /// <summary>The place of logs that somebody gave by hand.</summary>
        /// <param name="path">A file, a folder, or a pattern.</param>
        /// <param name="wildcards">Whether it may hold wildcards.</param>
        /// <param name="server">The server whose logs they are, or empty.</param>
        public static LogLocation LocatePath(string path, bool wildcards, string server)
        {
            return LogLocation.OfPath(path, wildcards, server);
        }

        /// <summary>
        /// The place of logs that <paramref name="owner"/> has at <paramref name="path"/>: read here if
        /// it is this computer, else over its administrative share, never in this computer's folder.
        /// </summary>
        /// <param name="owner">The computer on which the path is true, or empty.</param>
        /// <param name="path">The path as that computer says it.</param>
        /// <param name="server">The server to name in the sessions instead, or empty.</param>
        /// <param name="logsAreLocal">Whether copies of the logs lie at that path here.</param>
        /// <returns>A <see cref="LogLocation"/>, or why there is no way to them from here.</returns>
        public static object LocateOnServer(string owner, string path, string server, bool logsAreLocal)
        {
            return Attempt(() => LogLocation.OfOwner(owner, path, server, logsAreLocal, ComputerNames.OfThisComputer()));
        }

        /// <summary>The files that a path of PowerShell stands for.</summary>
        /// <param name="paths">The PathIntrinsics of the session state in which the path was given.</param>
        /// <param name="path">The path or pattern.</param>
        /// <param name="isLiteral">Whether no character of it is a wildcard.</param>
        /// <param name="kind">What its errors are called, such as Log: LogNotFound.</param>
        /// <returns>A <see cref="ResolvedPath"/>, or why it is no path of the file system.</returns>
        public static object ResolvePath(object paths, string path, bool isLiteral, string kind)
        {
            return Attempt(() => ResolvedPath.Of(paths, path, isLiteral, kind));
        }

        /// <summary>
        /// The value of a PSPropertyInfo; <c>null</c> where a live object computes it and fails to: then it
        /// says nothing of it.
        /// </summary>
        public static object ValueOf(object property)
        {
            object value = Attempt(() => property.GetType().GetProperty("Value").GetValue(property, null));
            return value is EopRelayException ? null : value;
        }

        /// <summary>An error with what an ErrorRecord needs.</summary>
        /// <param name="errorId">What went wrong, in one word.</param>
        /// <param name="category">The name of a System.Management.Automation.ErrorCategory.</param>
        /// <param name="message">What happened, where, and what to do.</param>
        public static EopRelayException NewError(string errorId, string category, string message)
        {
            return new EopRelayException(errorId, category, message);
        }

        /// <summary>Opens a reader for the query. Dispose it.</summary>
        /// <returns>A <see cref="SessionReader"/>, or why the query cannot be carried out.</returns>
        public static object OpenSessions(SessionQuery query)
        {
            return Attempt(() => Library.OpenSessions(query));
        }

        /// <summary>A source of evidence without inputs.</summary>
        public static EvidenceSource NewEvidenceSource()
        {
            return new EvidenceSource();
        }

        /// <summary>Opens a reader of the CAPI2 log. Dispose it.</summary>
        /// <returns>An EvidenceReader of <see cref="ChainEvent"/>, or why it cannot be opened.</returns>
        public static object OpenChainEvents(EvidenceSource source)
        {
            return Attempt(() => Library.OpenChainEvents(source));
        }

        /// <summary>Opens a reader of the hybrid wizard's logs; without a path, of this computer's. Dispose it.</summary>
        /// <returns>An EvidenceReader of <see cref="HybridChange"/>, or why it cannot be opened.</returns>
        public static object OpenHybridChanges(EvidenceSource source)
        {
            return Attempt(() => Library.OpenHybridChanges(source));
        }

        /// <summary>A request without members.</summary>
        public static Request NewRequest()
        {
            return new Request();
        }

        /// <summary>Begins to open a diagnosis with what the request gives, to which sessions are added. Dispose it.</summary>
        /// <returns>A <see cref="PendingAnswer"/>: a <see cref="Diagnosis"/>, or why the request cannot be carried out.</returns>
        public static object StartDiagnosis(Request request)
        {
            return Attempt(() => Library.StartDiagnosis(request));
        }

        /// <summary>Begins to judge what the request gives.</summary>
        /// <returns>A <see cref="PendingAnswer"/>: an array of <see cref="Report"/>, or what went wrong.</returns>
        public static object StartTest(Request request)
        {
            return Attempt(() => Library.StartTest(request));
        }

        /// <summary>Begins to judge what a diagnosis was given; disposing the answer disposes it too.</summary>
        /// <returns>A <see cref="PendingAnswer"/>: a <see cref="Report"/>, or what went wrong.</returns>
        public static PendingAnswer StartReport(Diagnosis diagnosis)
        {
            return new PendingAnswer(() => diagnosis.Report(), diagnosis.Abandon);
        }

        /// <summary>Begins to say which certificates send connectors would send and have sent, by the sessions added.</summary>
        /// <returns>A <see cref="PendingAnswer"/>: a <see cref="CertificateOverview"/>, or what went wrong.</returns>
        public static PendingAnswer StartCertificates(Diagnosis diagnosis)
        {
            return new PendingAnswer(() => diagnosis.Certificates(), diagnosis.Abandon);
        }

        /// <summary>Begins to say how the certificates of a diagnosis take the place of those in use.</summary>
        /// <returns>A <see cref="PendingAnswer"/>: a <see cref="RenewalPlan"/>, or what went wrong.</returns>
        public static PendingAnswer StartRenewalPlan(Diagnosis diagnosis)
        {
            return new PendingAnswer(() => diagnosis.RenewalPlan(), diagnosis.Abandon);
        }

        /// <summary>Opens a probe. Dispose it.</summary>
        /// <param name="question">What eop_probe_open takes, but for Evidence.</param>
        /// <param name="evidence">What the session is judged by.</param>
        /// <param name="source">The address to connect from, or empty.</param>
        /// <returns>A <see cref="Probe"/>, or why it cannot be asked.</returns>
        public static object OpenProbe(Request question, Request evidence, string source)
        {
            return Attempt(() => Library.OpenProbe(question, evidence, source));
        }

        /// <summary>Says whether to probe again.</summary>
        /// <param name="attempts">The results so far, the oldest first.</param>
        /// <param name="interval">Seconds between two connections, at least 60.</param>
        /// <param name="elapsed">Seconds since the first.</param>
        /// <param name="limit">Seconds in all.</param>
        /// <returns>A <see cref="ProbeStanding"/>, or what went wrong.</returns>
        public static object StandingOf(ProbeResult[] attempts, int interval, int elapsed, int limit)
        {
            return Attempt(() =>
            {
                var request = new Request();
                request.Set("IntervalSec", interval);
                request.Set("ElapsedSec", elapsed);
                request.Set("LimitSec", limit);
                foreach (ProbeResult attempt in attempts)
                {
                    request.Add("Attempts", attempt.Attempt);
                }
                return Library.StandingOf(request);
            });
        }

        /// <summary>Bytes as an object has them, or as base64 after serialisation; <c>null</c> for others.</summary>
        public static byte[] BytesOf(object value)
        {
            var text = value as string;
            return text == null ? value as byte[] : Attempt(() => Convert.FromBase64String(text)) as byte[];
        }

        /// <summary>The connectors of logs, as far as a second shows them; none where they cannot be read.</summary>
        public static string[] ConnectorsOf(string[] paths)
        {
            return Attempt(() => Completion.ConnectorsOf(paths)) as string[] ?? new string[0];
        }

        /// <summary>The certificates of LocalMachine\My; none where it cannot be opened.</summary>
        public static InstalledCertificate[] StoredCertificates()
        {
            return Attempt(() => Completion.Stored()) as InstalledCertificate[] ?? new InstalledCertificate[0];
        }

        /// <summary>A chain request without a certificate.</summary>
        public static ChainRequest NewChainRequest()
        {
            return new ChainRequest();
        }

        /// <summary>Begins to examine the chain of a certificate.</summary>
        /// <returns>A <see cref="PendingAnswer"/>: a <see cref="Chain"/>, or why it cannot be examined.</returns>
        public static object StartChain(ChainRequest request)
        {
            return Attempt(() => Library.StartChain(request));
        }

        /// <summary>A report as text, as the command prints it.</summary>
        /// <param name="report">A <see cref="Report"/>, or the members of what is left of one.</param>
        /// <param name="width">Columns, 40 to 1000.</param>
        /// <returns>The text, or why there is none.</returns>
        public static object FormatReport(object report, int width)
        {
            return View(report, 1, width);
        }

        /// <summary>Writes a report to a file, in the place of one of that name.</summary>
        /// <param name="report">A <see cref="Report"/>, or the members of what is left of one.</param>
        /// <param name="path">The file: Markdown if it ends with .md, else a page of HTML.</param>
        /// <returns>Why it was not written, or <c>null</c>.</returns>
        public static EopRelayException ExportReport(object report, string path)
        {
            uint kind = path.EndsWith(".md", StringComparison.OrdinalIgnoreCase) ? 3u : 2u;
            object text = View(report, kind, 80);
            return text as EopRelayException ?? Problem(() => ReportFile.Write(path, (string)text + "\n"));
        }

        /// <summary>A plan of a renewal as text, as the command prints it.</summary>
        /// <param name="plan">The plan.</param>
        /// <param name="width">Columns, 40 to 1000.</param>
        /// <returns>The text, or why there is none.</returns>
        public static object FormatRenewalPlan(RenewalPlan plan, int width)
        {
            return View(plan, 6, width);
        }

        /// <param name="kind">EOP_VIEW_TEXT and so on.</param>
        private static object View(object report, uint kind, int width)
        {
            return Attempt(() =>
            {
                var known = report as Report;
                var plan = report as RenewalPlan;
                string json = known != null ? known.Json : plan != null ? plan.Json : null;
                if (json == null)
                {
                    var text = new StringBuilder();
                    JsonWriter.Write(text, report);
                    json = text.ToString();
                }
                return Library.View(json, kind, width).TrimEnd('\n');
            });
        }

        /// <summary>The columns of a host's console, at most 1000; 80 where it has none.</summary>
        /// <param name="host">The PSHost.</param>
        public static int ConsoleWidth(object host)
        {
            object width = Attempt(() => Part(Part(Part(Part(host, "UI"), "RawUI"), "BufferSize"), "Width"));
            return width is int && (int)width >= 40 ? Math.Min((int)width, 1000) : 80;
        }

        private static object Part(object value, string name)
        {
            return value.GetType().GetProperty(name).GetValue(value, null);
        }

        /// <summary>Whether a text is a domain such as contoso.com, and not the name of an export.</summary>
        public static bool IsDomain(string text)
        {
            return MailDomain.IsDomain(text);
        }

        /// <summary>The domain of an address, or the domain itself; <c>null</c> where it is neither.</summary>
        public static string DomainOf(string text)
        {
            return MailDomain.Of(text);
        }

        /// <summary>Explains the errors that the request gives, and joins them to its sessions.</summary>
        /// <returns><see cref="ResolvedErrors"/>, or why the request cannot be carried out.</returns>
        public static object ResolveErrors(Request request)
        {
            return Attempt(() => Library.ResolveErrors(request));
        }

        /// <summary>A check without logs and evidence.</summary>
        public static CheckRequest NewCheckRequest()
        {
            return new CheckRequest();
        }

        /// <summary>The folder for state files and exports of tasks.</summary>
        public static string StateFolderPath()
        {
            return CheckRequest.DefaultStateFolder;
        }

        /// <summary>Makes that folder for administrators and SYSTEM only, or finds that it is in good hands.</summary>
        /// <returns>Why it cannot be used, or <c>null</c>.</returns>
        public static EopRelayException PrepareStateFolder(string folder)
        {
            return Problem(() => StateFolder.Prepare(folder));
        }

        /// <summary>Registers the source of the events of the check.</summary>
        /// <returns>Why it is not registered, or <c>null</c>.</returns>
        public static EopRelayException RegisterEventSource()
        {
            return Problem(EventLogWriter.RegisterSource);
        }

        /// <summary>
        /// Reads what is new in the logs, judges it and writes the result. Whatever goes wrong is said in
        /// the result, whose exit code is then 40.
        /// </summary>
        public static CheckResult Check(CheckRequest request)
        {
            return CheckRun.Make(request);
        }

        /// <summary>Begins a package of evidence at a full path. Dispose it.</summary>
        /// <returns>An <see cref="EvidencePackage"/>, or why none can be written there.</returns>
        public static object NewEvidencePackage(string path)
        {
            return Attempt(() => new EvidencePackage(path));
        }

        /// <summary>
        /// Writes a package with stand-ins for its private values in the place of a file of that name, and
        /// the key in the place of one of its name. Both are there whole or not at all.
        /// </summary>
        /// <param name="package">The package, which stays as it is.</param>
        /// <param name="path">The full path of the redacted one.</param>
        /// <param name="key">The full path of the key.</param>
        /// <returns>A <see cref="Redaction"/>, or why there is none.</returns>
        public static object RedactPackage(string package, string path, string key)
        {
            return Attempt(() =>
            {
                // The library writes an archive if the name says so.
                string partial = path + ".partial.zip", partialKey = key + ".partial";
                File.Delete(partial);
                File.Delete(partialKey);
                try
                {
                    Redaction redaction = Library.Redact(package, partial, partialKey);
                    File.Delete(key);
                    File.Move(partialKey, key);
                    File.Delete(path);
                    File.Move(partial, path);
                    redaction.Key = key;
                    return redaction;
                }
                finally
                {
                    File.Delete(partial);
                    File.Delete(partialKey);
                }
            });
        }

        /// <summary>The text of a file, by its byte order mark, else UTF-8.</summary>
        /// <param name="path">The full path.</param>
        /// <returns>The text, or why it cannot be read.</returns>
        public static object ReadAnswer(string path)
        {
            return Attempt(() => new StreamReader(new MemoryStream(Request.ReadFile("Answer", path)), Encoding.UTF8, true).ReadToEnd());
        }

        /// <summary>Turns a text back, by the key of what it answers.</summary>
        /// <param name="answer">The text.</param>
        /// <param name="key">The full path of the key.</param>
        /// <returns>The text with the values in place of their stand-ins, or why there is none.</returns>
        public static object RestoreText(string answer, string key)
        {
            return Attempt(() => Library.Restore(answer, key).Text);
        }

        /// <summary>The logs of a folder that may hold rows since a time, the newest first; a file is its own.</summary>
        /// <returns>An array of FileInfo, or why the folder cannot be looked into.</returns>
        public static object LogsSince(string folder, DateTime since)
        {
            return Attempt(() => EvidencePackage.LogsSince(folder, since));
        }

        /// <summary>The certificates of a store of LocalMachine as PKCS #7, without any key.</summary>
        /// <returns>Bytes, or why there are none.</returns>
        public static object StoreContent(string name)
        {
            return Attempt(() => Machine.StoreContent(name));
        }

        /// <summary>The certificates of LocalMachine\My as DER, without any key; none where it cannot be opened.</summary>
        public static byte[][] OwnCertificates()
        {
            return Attempt(() => Machine.OwnCertificates()) as byte[][] ?? new byte[0][];
        }

        /// <summary>Which private keys of LocalMachine\My are there and who may read them, as a text; nothing of a key.</summary>
        /// <returns>UTF-8 with a mark, or why there is none.</returns>
        public static object KeyAccessText()
        {
            return Attempt(() =>
            {
                string text = Library.StoredKeys().ToText(Environment.MachineName, DateTime.UtcNow);
                return new UTF8Encoding(true).GetBytes("\uFEFF" + text);
            });
        }

        /// <summary>The logs of the Hybrid Configuration Wizard in the profiles of this computer.</summary>
        /// <returns>An array of full paths, or why there are none.</returns>
        public static object HybridLogFiles()
        {
            return Attempt(() => Machine.HybridLogs());
        }

        /// <summary>The bytes that are free where a path lies; -1 where that is not known.</summary>
        public static long FreeSpace(string path)
        {
            object free = Attempt(() => Machine.FreeSpace(path) ?? -1);
            return free is long ? (long)free : -1;
        }

        /// <summary>What an action results in, or the exception that ended it.</summary>
        internal static object Attempt<T>(Func<T> action)
        {
            try
            {
                return action();
            }
            catch (Exception exception)
            {
                return AsError(exception);
            }
        }

        /// <summary>What ended an action before its end, or <c>null</c>.</summary>
        internal static EopRelayException Problem(Action action)
        {
            return Attempt<object>(() =>
            {
                action();
                return null;
            }) as EopRelayException;
        }

        /// <summary>
        /// The first EopRelayException from outside, which says what to do; any other cause as one with the
        /// id UnexpectedError.
        /// </summary>
        internal static EopRelayException AsError(Exception exception)
        {
            for (Exception cause = exception; cause != null; cause = cause.InnerException)
            {
                var known = cause as EopRelayException;
                if (known != null)
                {
                    return known;
                }
            }
            Exception innermost = exception.GetBaseException();
            return new EopRelayException("UnexpectedError", "NotSpecified", innermost.Message, 0, innermost);
        }
    }
}
