using System;
using System.Collections.Generic;
using System.IO;
using System.Security;
using System.Text;

namespace EopRelay
{
    /// <summary>The native library in this process. What it refuses is an <see cref="EopRelayException"/>.</summary>
    internal static class Library
    {
        private static readonly object Gate = new object();
        private static NativeFunctions native;
        private static string loadedFrom;

        /// <summary>The functions of the loaded library.</summary>
        /// <exception cref="InvalidOperationException">None is loaded.</exception>
        internal static NativeFunctions Native
        {
            get
            {
                lock (Gate)
                {
                    if (native == null)
                    {
                        throw new InvalidOperationException("Interop.Load was not called.");
                    }
                    return native;
                }
            }
        }

        internal static void Load(string binFolder)
        {
            string folder = Path.GetFullPath(binFolder);
            lock (Gate)
            {
                if (native == null)
                {
                    native = new NativeFunctions(NativeLoader.Load(folder));
                    loadedFrom = folder;
                }
                else if (!string.Equals(folder, loadedFrom, StringComparison.OrdinalIgnoreCase))
                {
                    throw new EopRelayException(
                        "AlreadyLoaded",
                        "ResourceExists",
                        "This process has loaded EopRelay from '" + loadedFrom + "'. Open a new console to use '"
                            + folder + "'.");
                }
            }
        }

        internal static SessionReader OpenSessions(SessionQuery query)
        {
            return new SessionReader(Native, query);
        }

        internal static EvidenceReader<ChainEvent> OpenChainEvents(EvidenceSource source)
        {
            return new EvidenceReader<ChainEvent>(Native, EvidenceKind.ChainEvents, source);
        }

        internal static EvidenceReader<HybridChange> OpenHybridChanges(EvidenceSource source)
        {
            return new EvidenceReader<HybridChange>(Native, EvidenceKind.HybridChanges, source);
        }

        internal static Report Test(Request request)
        {
            return ReportOf(Native.Test(request.ToEvidence()));
        }

        internal static Report ReportOf(string json)
        {
            Report report = JsonMapper.Read<Report>(json);
            report.Json = json;
            return report;
        }

        internal static Probe OpenProbe(Request question, Request evidence, string source)
        {
            return new Probe(Native, question, evidence, source);
        }

        internal static ProbeStanding StandingOf(Request request)
        {
            return JsonMapper.Read<ProbeStanding>(Native.ProbeStanding(request.ToJson()));
        }

        /// <summary>Begins to open a diagnosis, which disposing the answer ends.</summary>
        internal static PendingAnswer StartDiagnosis(Request request)
        {
            return Start(cancellation => new Diagnosis(Native, request.EndedBy(cancellation)));
        }

        /// <summary>Begins to judge a request, which disposing the answer ends.</summary>
        internal static PendingAnswer StartTest(Request request)
        {
            return Start(cancellation => TestEach(request.EndedBy(cancellation)));
        }

        /// <summary>The reports on a request: one, or one for each certificate.</summary>
        private static Report[] TestEach(Request request)
        {
            var reports = new List<Report>();
            foreach (Request subject in request.Subjects())
            {
                reports.Add(Test(subject));
            }
            foreach (Report report in reports)
            {
                report.IsOneOfSeveral = reports.Count > 1;
            }
            return reports.ToArray();
        }

        /// <summary>The certificates of a pfx as PEM; <c>null</c> where the content is no pfx.</summary>
        /// <exception cref="EopRelayException">The password does not open it, or it is damaged.</exception>
        internal static byte[] OpenPfx(string path, byte[] content, SecureString password)
        {
            try
            {
                string pem = Native.PfxCertificates(content, password);
                return pem.Length == 0 ? null : Encoding.ASCII.GetBytes(pem);
            }
            catch (EopRelayException exception)
            {
                throw new EopRelayException(
                    "PfxNotOpened",
                    exception.Status == NativeStatus.WrongPassword ? "AuthenticationError" : "InvalidData",
                    "The file '" + path + "' cannot be opened: " + exception.Message
                        + (exception.Status == NativeStatus.WrongPassword && password == null
                            ? ". Give it with -Password (Read-Host -AsSecureString)."
                            : ""),
                    exception.Status,
                    exception)
                {
                    TargetObject = path,
                };
            }
        }

        /// <summary>LocalMachine\My with what can be seen of its private keys.</summary>
        internal static StoredKeys StoredKeys()
        {
            return JsonMapper.Read<StoredKeys>(Native.StoreCertificates());
        }

        /// <summary>Begins to examine a chain, which disposing the answer ends.</summary>
        internal static PendingAnswer StartChain(ChainRequest request)
        {
            return Start(cancellation => ExamineChain(request, cancellation));
        }

        /// <summary>Begins a call that a cancellation of the library ends.</summary>
        private static PendingAnswer Start(Func<ulong, object> call)
        {
            ulong cancellation = Native.OpenCancellation();
            return new PendingAnswer(() => call(cancellation), () => Native.FreeCancellation(cancellation));
        }

        private static Chain ExamineChain(ChainRequest request, ulong cancellation)
        {
            using (var query = new NativeChainQuery(request, cancellation))
            {
                return JsonMapper.Read<Chain>(query.Examine(Native));
            }
        }

        /// <summary>A report as text of that width, as the command prints it.</summary>
        internal static string View(string report, uint kind, int width)
        {
            return Native.View(report, kind, width);
        }

        /// <summary>Writes evidence with stand-ins for its private values, and their key.</summary>
        internal static Redaction Redact(string input, string output, string key)
        {
            var request = new StringBuilder();
            JsonWriter.Write(request, new Dictionary<string, object> { { "Input", input }, { "Output", output }, { "Key", key } });
            return JsonMapper.Read<Redaction>(Native.Redact(request.ToString()));
        }

        /// <summary>A text with the values of a key in place of their stand-ins.</summary>
        internal static RestoredText Restore(string answer, string key)
        {
            var request = new StringBuilder();
            JsonWriter.Write(request, new Dictionary<string, object> { { "Answer", answer }, { "Key", key } });
            return JsonMapper.Read<RestoredText>(Native.Redact(request.ToString()));
        }

        internal static CertificateOverview Certificates(Request request)
        {
            return JsonMapper.Read<CertificateOverview>(Native.Certificates(request.ToEvidence()));
        }

        internal static ResolvedErrors ResolveErrors(Request request)
        {
            return JsonMapper.Read<ResolvedErrors>(Native.ResolveErrors(request.ToJson()));
        }
    }
}
