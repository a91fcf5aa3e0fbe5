using System;
using System.IO;

namespace EopRelay
{
    /// <summary>What Invoke-EopRelayCheck is to do.</summary>
    public sealed class CheckRequest
    {
        private const string DefaultStateName = "check.state";

        internal CheckRequest()
        {
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

        /// <summary>Whether the result goes to the Application log.</summary>
        public bool WritesEvent { get; set; }

        /// <summary>What keeps the check from being made, or <c>null</c>.</summary>
        internal string Trouble { get; private set; }

        /// <summary>The folder for the state file that is for administrators and SYSTEM alone.</summary>
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
            foreach (string role in new[] { "FrontEnd", "Hub", "Edge" })
            {
                if (string.IsNullOrEmpty(installPath))
                {
                    break;
                }
                string logs = Path.Combine(installPath, "TransportRoles", "Logs");
                string folder = Path.Combine(logs, role, "ProtocolLog", "SmtpSend");
                if (Directory.Exists(folder))
                {
                    Logs.Add(LogLocation.OfPath(folder, false, server));
                }
            }
            if (Logs.LocationCount == 0)
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
