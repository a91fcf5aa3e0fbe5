using System;
using System.Collections.Generic;
using System.IO;

namespace EopRelay
{
    /// <summary>What Invoke-EopRelayCheck is to do.</summary>
    public sealed class CheckRequest
    {
        private const string DefaultStateName = "check.state";

        private readonly List<string> notices = new List<string>();

        internal CheckRequest()
        {
            QuietTime = TimeSpan.FromHours(12);
            Logs = new SessionQuery();
            Evidence = new Request();
        }

        /// <summary>The logs to read. Their state is <see cref="StatePath"/>.</summary>
        public SessionQuery Logs { get; private set; }

        /// <summary>What the sessions are judged by; the sessions themselves are added by the check.</summary>
        public Request Evidence { get; private set; }

        /// <summary>The full path of the state file; empty for the one of all administrators.</summary>
        public string StatePath { get; set; }

        /// <summary>The full path of the file to which the result is added as a line; empty for none.</summary>
        public string JsonPath { get; set; }

        /// <summary>How long without a session to Exchange Online Protection is normal.</summary>
        public TimeSpan QuietTime { get; set; }

        /// <summary>Whether the result goes to the Application log.</summary>
        public bool WritesEvent { get; set; }

        /// <summary>Whether nothing is written: neither state nor result nor event.</summary>
        public bool IsTrial { get; set; }

        /// <summary>What is good to know before the check is made.</summary>
        internal IList<string> Notices
        {
            get { return notices; }
        }

        /// <summary>What keeps the check from being made, or <c>null</c>.</summary>
        internal string Trouble { get; private set; }

        /// <summary>The folder for the state file that is for administrators and SYSTEM only.</summary>
        internal static string DefaultStateFolder
        {
            get
            {
                return Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "EopRelay");
            }
        }

        /// <summary>The state file to use.</summary>
        internal string EffectiveStatePath
        {
            get
            {
                return string.IsNullOrEmpty(StatePath) ? Path.Combine(DefaultStateFolder, DefaultStateName) : StatePath;
            }
        }

        /// <summary>
        /// Adds the send logs of the Exchange server that is installed here, where ExchangeInstallPath
        /// (which Exchange's setup sets for the machine) says, and on Windows this computer's certificate
        /// stores as evidence.
        /// </summary>
        /// <param name="installPath">The value of ExchangeInstallPath, or empty.</param>
        /// <param name="server">The server to name in the sessions, or empty.</param>
        public void AddLogsOfThisServer(string installPath, string server)
        {
            bool isFolderThere = false;
            string owner = string.IsNullOrEmpty(server) ? Environment.MachineName : server;
            foreach (string role in new[] { "FrontEnd", "Hub", "Edge" })
            {
                if (string.IsNullOrEmpty(installPath))
                {
                    break;
                }
                string logs = Path.Combine(installPath, "TransportRoles", "Logs");
                string folder = Path.Combine(logs, role, "ProtocolLog", "SmtpSend");
                if (!Directory.Exists(folder))
                {
                    continue;
                }
                isFolderThere = true;
                if (HasLogs(folder))
                {
                    Logs.Add(LogLocation.OfPath(folder, false, owner));
                }
                else
                {
                    notices.Add(
                        "The folder '" + folder + "' holds no log: no connector logs there. That is so for the front end where "
                            + "no mail is proxied through it.");
                }
            }
            Evidence.Set("Server", owner);
            if (isFolderThere && Logs.LocationCount == 0)
            {
                Fail(new EopRelayException(
                    "LogNotFound",
                    "ObjectNotFound",
                    string.Join(" ", notices.ToArray())
                        + " Turn protocol logging on: Set-SendConnector <name> -ProtocolLoggingLevel Verbose."));
            }
            else if (Logs.LocationCount == 0)
            {
                Fail(new EopRelayException(
                    "LogNotFound",
                    "ObjectNotFound",
                    "No log folder is given, and none is found: ExchangeInstallPath is '" + installPath
                        + "'. Give the folders with -Path (SendProtocolLogPath of Get-TransportService and "
                        + "Get-FrontendTransportService)."));
            }
            Evidence.Set("UseMachineStores", Environment.OSVersion.Platform == PlatformID.Win32NT);
        }

        /// <summary>Whether a folder holds a log; one that cannot be looked into may, and the reader says why.</summary>
        private static bool HasLogs(string folder)
        {
            try
            {
                return Directory.GetFiles(folder, "*.log").Length > 0 || Directory.GetFiles(folder, "*.LOG").Length > 0;
            }
            catch (UnauthorizedAccessException)
            {
                return true;
            }
        }

        /// <summary>
        /// Says that an input cannot be used: the check then reads nothing, so that nothing is lost, and
        /// its result says why.
        /// </summary>
        /// <param name="problem">What is wrong with it.</param>
        public void Fail(EopRelayException problem)
        {
            string message = problem.Message;
            Trouble = Trouble == null ? message : Trouble + " " + message;
        }
    }
}
