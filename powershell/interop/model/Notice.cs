using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>Trouble that did not stop the reading: said once, with its place.</summary>
    public sealed class Notice
    {
        internal Notice(
            string code,
            string severity,
            string message,
            string path,
            long? line,
            long? offset,
            int? osError,
            long count,
            IEnumerable<LogLocation> locations)
        {
            Code = code;
            Severity = severity;
            Path = path;
            Line = line;
            Offset = offset;
            OsError = osError;
            Count = count;
            Message = message;
            bool isOutOfReach = code == "NothingFound" || code == "Unreadable";
            LogLocation redirected = isOutOfReach ? RedirectedLocation(path, locations) : null;
            if (redirected == null)
            {
                ErrorId = ErrorIdOf(code);
                Category = CategoryOf(code, osError);
                Text = Place() + message;
            }
            else
            {
                ErrorId = "RemoteLogUnreadable";
                Category = "ResourceUnavailable";
                Text = string.Format(
                    CultureInfo.InvariantCulture,
                    "The logs of {0} lie on that server, in '{1}', and could not be read from here: {2}{3}. Run the "
                        + "command on {0}, use an account that may read its administrative share, or copy the logs and "
                        + "give their folder with -LiteralPath and -Server.",
                    redirected.Owner,
                    redirected.PathOnServer,
                    Place(),
                    message.TrimEnd('.'));
            }
        }

        /// <summary>What kind of trouble, such as Unreadable or DamagedRows.</summary>
        public string Code { get; private set; }

        /// <summary>
        /// Error: something could not be read at all. Warning: it was read in part. Information: nothing
        /// is missing that could be there.
        /// </summary>
        public string Severity { get; private set; }

        /// <summary>What happened, and what to do, without the place.</summary>
        public string Message { get; private set; }

        /// <summary>What happened, where, and what to do.</summary>
        public string Text { get; private set; }

        /// <summary>The file or folder, or <c>null</c>.</summary>
        public string Path { get; private set; }

        /// <summary>The line of the first trouble, counted from 1.</summary>
        public long? Line { get; private set; }

        /// <summary>The byte offset of that line.</summary>
        public long? Offset { get; private set; }

        /// <summary>The operating system's error number.</summary>
        public int? OsError { get; private set; }

        /// <summary>How many rows or sessions are meant; 1 for a file.</summary>
        public long Count { get; private set; }

        /// <summary>The id of its ErrorRecord, such as LogUnreadable.</summary>
        public string ErrorId { get; private set; }

        /// <summary>The name of a System.Management.Automation.ErrorCategory.</summary>
        public string Category { get; private set; }

        /// <summary>The notice as the exception of an ErrorRecord.</summary>
        public EopRelayException ToException()
        {
            return new EopRelayException(ErrorId, Category, Text);
        }

        /// <summary>What happened, where, and what to do.</summary>
        public override string ToString()
        {
            return Text;
        }

        private string Place()
        {
            if (Path == null)
            {
                return "";
            }
            return Line == null
                ? Path + ": "
                : string.Format(CultureInfo.InvariantCulture, "{0}:{1}: ", Path, Line);
        }

        private static LogLocation RedirectedLocation(string path, IEnumerable<LogLocation> locations)
        {
            foreach (LogLocation location in locations)
            {
                if (location.PathOnServer != null && location.Holds(path))
                {
                    return location;
                }
            }
            return null;
        }

        private static string ErrorIdOf(string code)
        {
            switch (code)
            {
                case "NothingFound":
                    return "LogNotFound";
                case "Unreadable":
                    return "LogUnreadable";
                default:
                    return code;
            }
        }

        private static string CategoryOf(string code, int? osError)
        {
            switch (code)
            {
                case "NothingFound":
                    return "ObjectNotFound";
                case "Unreadable":
                    return IsAccessDenied(osError) ? "PermissionDenied" : "ReadError";
                case "NotAProtocolLog":
                case "OtherContent":
                case "DamagedRecords":
                    return "InvalidData";
                case "InvalidPattern":
                    return "InvalidArgument";
                default:
                    return "NotSpecified";
            }
        }

        private static bool IsAccessDenied(int? osError)
        {
            // ERROR_ACCESS_DENIED (winerror.h); EPERM and EACCES (errno.h)
            return Environment.OSVersion.Platform == PlatformID.Win32NT
                ? osError == 5
                : osError == 1 || osError == 13;
        }
    }
}
