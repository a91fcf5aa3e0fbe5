using System;
using System.IO;

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

        /// <summary>Judges what the request gives.</summary>
        /// <returns>A <see cref="Report"/>, or why the request cannot be carried out.</returns>
        public static object Test(Request request)
        {
            return Attempt(() => Library.Test(request));
        }

        /// <summary>Explains the errors that the request gives, and joins them to its sessions.</summary>
        /// <returns><see cref="ResolvedErrors"/>, or why the request cannot be carried out.</returns>
        public static object ResolveErrors(Request request)
        {
            return Attempt(() => Library.ResolveErrors(request));
        }

        /// <summary>Says which certificates send connectors would send and have sent.</summary>
        /// <returns>A <see cref="CertificateOverview"/>, or why the request cannot be carried out.</returns>
        public static object Certificates(Request request)
        {
            return Attempt(() => Library.Certificates(request));
        }

        /// <summary>A check without logs and evidence.</summary>
        public static CheckRequest NewCheckRequest()
        {
            return new CheckRequest();
        }

        /// <summary>
        /// Reads what is new in the logs, judges it and writes the result. Whatever goes wrong is said in
        /// the result, whose exit code is then 40.
        /// </summary>
        public static CheckResult Check(CheckRequest request)
        {
            return CheckRun.Make(request);
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
