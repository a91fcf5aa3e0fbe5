using System;
using System.IO;

namespace EopRelay
{
    /// <summary>What the scripts of the module call.</summary>
    public static class Interop
    {
        private static readonly object Gate = new object();
        private static NativeFunctions native;
        private static string loadedFrom;

        /// <summary>Loads the native library from the module's bin folder, once per process.</summary>
        /// <exception cref="EopRelayException">It cannot be loaded; the message says what to do.</exception>
        public static void Load(string binFolder)
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
        /// <exception cref="EopRelayException">There is no way to them from here.</exception>
        public static LogLocation LocateOnServer(string owner, string path, string server, bool logsAreLocal)
        {
            return LogLocation.OfOwner(owner, path, server, logsAreLocal, ComputerNames.OfThisComputer());
        }

        /// <summary>Whether a file or folder of exactly that name is there.</summary>
        public static bool PathExists(string path)
        {
            return File.Exists(path) || Directory.Exists(path);
        }

        /// <summary>An error with what an ErrorRecord needs.</summary>
        /// <param name="errorId">What went wrong, in one word.</param>
        /// <param name="category">The name of a System.Management.Automation.ErrorCategory.</param>
        /// <param name="message">What happened, where, and what to do.</param>
        public static EopRelayException NewError(string errorId, string category, string message)
        {
            return new EopRelayException(errorId, category, message);
        }

        /// <summary>
        /// The EopRelayException inside an exception that PowerShell has wrapped; any other cause as one
        /// with the id UnexpectedError.
        /// </summary>
        public static EopRelayException AsError(Exception exception)
        {
            Exception cause = exception.GetBaseException();
            return cause as EopRelayException
                ?? new EopRelayException("UnexpectedError", "NotSpecified", cause.Message, 0, cause);
        }

        /// <summary>Opens a reader for the query. Dispose it.</summary>
        /// <exception cref="EopRelayException">The query cannot be carried out.</exception>
        public static SessionReader OpenSessions(SessionQuery query)
        {
            return new SessionReader(Native, query);
        }

        /// <summary>A source of evidence without inputs.</summary>
        public static EvidenceSource NewEvidenceSource()
        {
            return new EvidenceSource();
        }

        /// <summary>Opens a reader of the CAPI2 log. Dispose it.</summary>
        /// <exception cref="EopRelayException">The query cannot be carried out.</exception>
        public static ChainEventReader OpenChainEvents(EvidenceSource source)
        {
            return new ChainEventReader(Native, source);
        }

        /// <summary>Opens a reader of the hybrid wizard's logs; without a path, of this computer's. Dispose it.</summary>
        /// <exception cref="EopRelayException">The query cannot be carried out.</exception>
        public static HybridChangeReader OpenHybridChanges(EvidenceSource source)
        {
            return new HybridChangeReader(Native, source);
        }

        /// <summary>A request for <see cref="Test"/> or <see cref="Certificates"/> without evidence.</summary>
        public static TestRequest NewTestRequest()
        {
            return new TestRequest();
        }

        /// <summary>Judges what the request gives.</summary>
        /// <exception cref="EopRelayException">The request cannot be carried out.</exception>
        public static Report Test(TestRequest request)
        {
            return ReportReader.Read(Native.Test(request.ToJson()));
        }

        /// <summary>A request for <see cref="Resolve"/> without errors.</summary>
        public static ResolveRequest NewResolveRequest()
        {
            return new ResolveRequest();
        }

        /// <summary>Explains the errors that the request gives, and joins them to its sessions.</summary>
        /// <exception cref="EopRelayException">The request cannot be carried out.</exception>
        public static ResolvedErrors Resolve(ResolveRequest request)
        {
            return DeliveryErrorReader.Read(Native.ResolveErrors(request.ToJson()));
        }

        /// <summary>Tells which certificates send connectors would send and have sent.</summary>
        /// <exception cref="EopRelayException">The request cannot be carried out.</exception>
        public static CertificateOverview Certificates(TestRequest request)
        {
            return CertificateOverviewReader.Read(Native.Certificates(request.ToJson()));
        }

        /// <summary>A check without logs and evidence.</summary>
        public static CheckRequest NewCheckRequest()
        {
            return new CheckRequest();
        }

        /// <summary>
        /// Reads what is new in the logs, judges it and writes the result. Whatever goes wrong is told in
        /// the result, whose exit code is then 40.
        /// </summary>
        public static CheckResult Check(CheckRequest request)
        {
            return CheckRun.Make(request);
        }

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
    }
}
