using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>What a check found.</summary>
    public sealed class CheckResult
    {
        internal CheckResult()
        {
            Notices = new string[0];
            Renewals = new string[0];
        }

        /// <summary>When the check began, UTC.</summary>
        public DateTime Time { get; internal set; }

        /// <summary>The computer on which it ran.</summary>
        public string Computer { get; internal set; }

        /// <summary>
        /// 0 fine, 10 warning, 20 refused, 30 uncertain or no evidence, 40 an input cannot be read.
        /// </summary>
        public int ExitCode { get; internal set; }

        /// <summary>Accepted, Refused or Uncertain; that of the graver report.</summary>
        public string Verdict { get; internal set; }

        /// <summary>Why: the cause of the graver report, or what kept the check from being made.</summary>
        public string Cause { get; internal set; }

        /// <summary>Verdict and cause in a few sentences, or why the check could not be made.</summary>
        public string Summary { get; internal set; }

        /// <summary>How many sessions the logs had since the last run.</summary>
        public long SessionsRead { get; internal set; }

        /// <summary>How many of them failed.</summary>
        public long SessionsFailed { get; internal set; }

        /// <summary>How many of those that were judged were refused, be it over or not.</summary>
        public long SessionsRefused { get; internal set; }

        /// <summary>How many were judged: those that may have gone to Exchange Online Protection.</summary>
        public long SessionsJudged { get; internal set; }

        /// <summary>The report on the sessions; <c>null</c> where there was none to judge.</summary>
        public Report InUse { get; internal set; }

        /// <summary>
        /// The report on the certificate that Exchange would send now; <c>null</c> without send connectors
        /// and installed certificates.
        /// </summary>
        public Report Installed { get; internal set; }

        /// <summary>
        /// How far each renewal is that is under way: on which servers the renewed certificate is ready or
        /// missing, what the connector still names, and who still sent the one before.
        /// </summary>
        public string[] Renewals { get; internal set; }

        /// <summary>What was met beside it, such as damaged rows.</summary>
        public string[] Notices { get; internal set; }

        /// <summary>
        /// What is shown by default, in 78 columns: exit code and counts, notices, and the reports, or why
        /// there is none.
        /// </summary>
        [ViewText]
        public string Text
        {
            get
            {
                var parts = new List<string>
                {
                    string.Format(
                        CultureInfo.InvariantCulture,
                        "EXIT CODE {0}, {1} UTC on {2}: {3} sessions since the last run, {4} failed, {5} refused, {6} judged",
                        ExitCode,
                        TimeText,
                        Computer,
                        SessionsRead,
                        SessionsFailed,
                        SessionsRefused,
                        SessionsJudged),
                };
                if (InUse == null && Installed == null)
                {
                    parts.Add(Summary);
                }
                parts.AddRange(Renewals);
                parts.AddRange(Notices);
                parts = parts.ConvertAll(ViewText.Wrap);
                if (InUse != null)
                {
                    parts.Add("IN USE\n" + InUse.Text);
                }
                if (Installed != null)
                {
                    parts.Add("WHAT EXCHANGE WOULD SEND NOW\n" + Installed.Text);
                }
                return string.Join("\n\n", parts.ToArray());
            }
        }

        /// <summary>Time as a text in UTC.</summary>
        [ViewText]
        public string TimeText
        {
            get { return ViewText.Time(Time); }
        }

        /// <summary>The notices, a line for each.</summary>
        [ViewText]
        public string NoticesText
        {
            get { return ViewText.Lines(Notices); }
        }

        /// <summary>Exit code and summary.</summary>
        public override string ToString()
        {
            return ExitCode + ": " + Summary;
        }
    }
}
