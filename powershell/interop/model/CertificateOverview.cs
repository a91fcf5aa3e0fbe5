using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>What Get-EopRelayCertificate reports: its rows, and what could not be read.</summary>
    public sealed class CertificateOverview
    {
        internal CertificateOverview()
        {
        }

        /// <summary>One for each send connector and server.</summary>
        public ConnectorCertificate[] Certificates { get; internal set; }

        /// <summary>Inputs that could not be read, or in part.</summary>
        public OverviewProblem[] Problems { get; internal set; }

        /// <summary>
        /// 0 fine, 10 something expires or differs, 30 nothing is known, 40 an input cannot be read.
        /// </summary>
        public int ExitCode { get; internal set; }
    }

    /// <summary>An input that was not read, or in part.</summary>
    public sealed class OverviewProblem
    {
        internal OverviewProblem()
        {
        }

        /// <summary>Error: nothing of it was read; Warning: a part.</summary>
        public string Severity { get; internal set; }

        /// <summary>Whether nothing of it was read; else a part.</summary>
        public bool IsError
        {
            get { return Severity == "Error"; }
        }

        /// <summary>The input.</summary>
        public string Path { get; internal set; }

        /// <summary>The line, counted from 1, or which object of the parameter; 0 where the whole is meant.</summary>
        public long Line { get; internal set; }

        /// <summary>What is wrong.</summary>
        public string Message { get; internal set; }

        /// <summary>Place and message.</summary>
        public override string ToString()
        {
            string place = Line == 0 ? Path : string.Format(CultureInfo.InvariantCulture, "{0}:{1}", Path, Line);
            return place + ": " + Message;
        }
    }
}
