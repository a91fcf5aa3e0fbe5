using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;

namespace EopRelay
{
    /// <summary>
    /// Reads what is new in the logs, judges it, and writes the result. What is read counts as read only
    /// when the result is written.
    /// </summary>
    internal sealed class CheckRun
    {
        internal const int ExitWarning = 10;
        internal const int ExitNoEvidence = 30;
        internal const int ExitCouldNotCheck = 40;

        /// <summary>Bytes from which the file of results is put aside: a year of quarters of an hour has less.</summary>
        private const long MaximumJsonLength = 32 * 1024 * 1024;

        /// <summary>The member of the request that has the sessions.</summary>
        private const string SessionList = "Sessions";

        private const string ChainNotKnown = "ChainNotKnown";

        /// <summary>Sessions that are judged of any kind, and then as many that failed: a bound to memory.</summary>
        private const int MaximumJudged = 10000;

        /// <summary>From the gravest: what cannot be read may hold anything.</summary>
        private static readonly int[] ByWeight = { ExitCouldNotCheck, 20, ExitNoEvidence, ExitWarning, 0 };

        /// <summary>The outcomes that -Failed selects.</summary>
        private static readonly string[] Failures = { "PartlyRefused", "Refused", "TlsFailed", "ConnectFailed" };

        /// <summary>What the first run looks back on; the logs may reach back a month.</summary>
        private static readonly TimeSpan FirstLook = TimeSpan.FromDays(1);

        private readonly CheckRequest request;
        private readonly List<string> notices = new List<string>();
        private readonly CheckResult result = new CheckResult();
        private long passedOver;
        private bool hasPassedOverFailure;

        /// <summary>The end of the newest session that went to Exchange Online Protection, of this run.</summary>
        private DateTime? lastSession;

        /// <summary>Whether there was no run before this one.</summary>
        private bool isFirst;

        /// <summary>Whether the newest session is older than what is quiet here.</summary>
        private bool isSilent;

        /// <summary>Whether an event would only say again that there is no session.</summary>
        private bool isSaidBefore;

        private CheckRun(CheckRequest request)
        {
            this.request = request;
        }

        /// <summary>Makes a check. Whatever goes wrong is reported in its result.</summary>
        internal static CheckResult Make(CheckRequest request)
        {
            var run = new CheckRun(request);
            ProcessPriorityClass? before = LowerPriority();
            try
            {
                run.Run();
            }
            finally
            {
                RestorePriority(before);
            }
            return run.result;
        }

        private void Run()
        {
            result.Time = DateTime.UtcNow;
            notices.AddRange(request.Notices);
            result.Computer = Environment.MachineName;
            try
            {
                if (request.Trouble != null)
                {
                    throw new EopRelayException("InputUnreadable", "InvalidData", request.Trouble);
                }
                ReadAndJudge();
            }
            catch (EopRelayException exception)
            {
                CouldNotCheck(exception);
                WriteWhatFailed();
            }
            result.Notices = notices.ToArray();
            if (request.WritesEvent && !request.IsTrial && !isSaidBefore)
            {
                string trouble = EventLogWriter.Write(result);
                if (trouble != null)
                {
                    notices.Add(trouble);
                    result.Notices = notices.ToArray();
                }
            }
        }

        private void ReadAndJudge()
        {
            string statePath = request.EffectiveStatePath;
            if (string.IsNullOrEmpty(request.StatePath) && !request.IsTrial)
            {
                StateFolder.Prepare(Path.GetDirectoryName(statePath));
            }
            isFirst = !File.Exists(statePath);
            if (isFirst)
            {
                request.Logs.Start = result.Time - FirstLook;
                notices.Add(
                    "This is the first run with this state file: only sessions of the last day are judged, and older ones are left out.");
            }
            string copy = null;
            try
            {
                if (request.IsTrial)
                {
                    copy = isFirst ? null : CopyOf(statePath);
                    request.Logs.StatePath = copy;
                    notices.Add("Nothing is written (-WhatIf): the next run reads the same rows.");
                }
                else
                {
                    request.Logs.StatePath = statePath;
                }
                using (SessionReader reader = Library.OpenSessions(request.Logs))
                {
                    int exitOfLogs = Read(reader);
                    var quiet = new QuietTime(statePath);
                    Judge(quiet);
                    result.ExitCode = Graver(result.ExitCode, exitOfLogs);
                    result.Notices = notices.ToArray();
                    if (!request.IsTrial)
                    {
                        WriteLine();
                        reader.SaveState();
                        quiet.Write(lastSession, isSilent && result.ExitCode != 0);
                    }
                }
            }
            finally
            {
                if (copy != null)
                {
                    Directory.Delete(Path.GetDirectoryName(copy), true);
                }
            }
        }

        /// <summary>A copy of the state file in a folder of its own: the task may hold the file itself.</summary>
        private static string CopyOf(string statePath)
        {
            string folder = Path.Combine(Path.GetTempPath(), "EopRelay-" + Guid.NewGuid().ToString("N"));
            try
            {
                Directory.CreateDirectory(folder);
                string copy = Path.Combine(folder, Path.GetFileName(statePath));
                File.Copy(statePath, copy);
                return copy;
            }
            catch (SystemException exception)
            {
                throw new EopRelayException(
                    "StateUnusable",
                    "ResourceUnavailable",
                    "The state file '" + statePath + "' cannot be copied: " + exception.Message + " Check the permissions.",
                    0,
                    exception);
            }
        }

        /// <summary>Adds the sessions to the evidence; the exit code that the reading alone gives.</summary>
        private int Read(SessionReader reader)
        {
            int exit = 0;
            while (reader.ReadBatch())
            {
                foreach (Session session in reader.Sessions)
                {
                    AddSession(session);
                }
                foreach (Notice notice in reader.Notices)
                {
                    notices.Add(notice.Text);
                    if (notice.Severity != "Information")
                    {
                        exit = Graver(exit, notice.Severity == "Error" ? ExitCouldNotCheck : ExitWarning);
                    }
                }
            }
            if (passedOver > 0)
            {
                notices.Add(string.Format(
                    CultureInfo.InvariantCulture,
                    "{0} sessions are counted and not judged: there were more than {1} since the last run.",
                    passedOver,
                    MaximumJudged));
                // A busy day is no fault; failures that nobody judged may be one.
                exit = Graver(exit, hasPassedOverFailure ? ExitWarning : 0);
            }
            return exit;
        }

        private void AddSession(Session session)
        {
            result.SessionsRead++;
            bool isFailure = Array.IndexOf(Failures, session.Outcome) >= 0;
            result.SessionsFailed += isFailure ? 1 : 0;
            if (session.IsEop == false)
            {
                return;
            }
            if (result.SessionsJudged >= (isFailure ? 2 : 1) * (long)MaximumJudged)
            {
                passedOver++;
                hasPassedOverFailure |= isFailure;
                return;
            }
            result.SessionsJudged++;
            request.Evidence.Add(SessionList, session);
            if (session.IsEop == true && (lastSession == null || session.EndTime > lastSession.Value))
            {
                lastSession = session.EndTime;
            }
        }

        /// <summary>
        /// Whether there is what says which certificate Exchange would send, be there sessions or not.
        /// </summary>
        private bool CanPredict
        {
            get
            {
                Request evidence = request.Evidence;
                return evidence.CountOf("SendConnectors", "SendConnectorFiles") > 0
                    && (evidence.IsSet("UseMachineStores")
                        || evidence.CountOf("InstalledCertificates", "InstalledCertificateFiles") > 0);
            }
        }

        /// <summary>
        /// The exit code of what would be sent. That the chain is in no evidence is no event of the day:
        /// what is sent shows it, and a silence that is too long is no evidence by itself.
        /// </summary>
        private int ForetoldCode
        {
            get
            {
                Report report = result.Installed;
                if (report.Cause != ChainNotKnown || report.ExitCode != ExitNoEvidence)
                {
                    return report.ExitCode;
                }
                foreach (Finding finding in report.Findings)
                {
                    if (finding.Id != ChainNotKnown && finding.Severity != "Information")
                    {
                        return ExitWarning;
                    }
                }
                return 0;
            }
        }

        private void Judge(QuietTime quiet)
        {
            if (CanPredict)
            {
                result.Installed = Library.Test(request.Evidence.Without(SessionList));
            }
            TimeSpan? silence = result.SessionsJudged > 0 ? null : quiet.Since(result.Time);
            bool isQuiet = silence != null && silence.Value < request.QuietTime;
            if (isQuiet && result.Installed == null)
            {
                result.Verdict = "Uncertain";
                result.Cause = "NoEvidence";
                result.Summary = SilenceText(silence.Value) + " That is normal here.";
                isSaidBefore = true;
                return;
            }
            if (result.SessionsJudged > 0 || (result.Installed == null && !isQuiet))
            {
                request.Evidence.Expect(SessionList);
                result.InUse = Library.Test(request.Evidence);
            }
            Report decisive = result.InUse ?? result.Installed;
            if (result.InUse != null && result.Installed != null
                && Graver(result.InUse.ExitCode, ForetoldCode) != result.InUse.ExitCode)
            {
                decisive = result.Installed;
            }
            result.ExitCode = decisive == result.Installed ? ForetoldCode : decisive.ExitCode;
            result.Verdict = decisive.Verdict;
            result.Cause = decisive.Cause;
            result.Summary = (result.SessionsJudged == 0 ? SilenceText(silence) + " " : RefusalText())
                + (decisive == result.Installed ? "What Exchange would send now: " : "")
                + decisive.Summary;
            if (CanPredict)
            {
                result.Renewals = Renewals();
                foreach (string renewal in result.Renewals)
                {
                    result.Summary += " " + renewal;
                }
            }
            // Anything refused since the last run is worth a word, whatever passed since.
            if (result.SessionsRefused > 0)
            {
                result.ExitCode = Graver(result.ExitCode, ExitWarning);
            }
            SayIfSilent(silence);
            isSaidBefore = result.SessionsJudged == 0 && (result.ExitCode == 0 || quiet.IsReported);
        }

        /// <summary>
        /// What was delivered before a silence that is longer than usual here, and what would be sent, says
        /// nothing of now.
        /// </summary>
        private void SayIfSilent(TimeSpan? silence)
        {
            isSilent = result.SessionsJudged == 0;
            TimeSpan? age = lastSession == null ? silence : result.Time - lastSession.Value;
            if (isSilent && age == null)
            {
                // The first look found none.
                age = FirstLook;
            }
            if (age == null || age.Value <= request.QuietTime || (isSilent && result.InUse != null))
            {
                return;
            }
            isSilent = true;
            result.Summary = string.Format(
                CultureInfo.InvariantCulture,
                result.SessionsJudged == 0
                    ? "No session for {0:0.#} hours, longer than what is quiet here ({1:0.#}). {2}"
                    : "No session for {0:0.#} hours, longer than what is quiet here ({1:0.#}). Before: {2}",
                age.Value.TotalHours,
                request.QuietTime.TotalHours,
                result.Summary);
            if (Graver(result.ExitCode, ExitNoEvidence) != result.ExitCode)
            {
                result.ExitCode = ExitNoEvidence;
                result.Verdict = "Uncertain";
                result.Cause = "NoEvidence";
            }
        }

        /// <summary>How far each renewal is that is under way, over all servers of its connector.</summary>
        private string[] Renewals()
        {
            var renewals = new List<string>();
            foreach (ConnectorCertificate row in Library.Certificates(request.Evidence).Certificates)
            {
                if (row.Renewal != null && !renewals.Contains(row.Renewal))
                {
                    renewals.Add(row.Renewal);
                }
            }
            return renewals.ToArray();
        }

        private string SilenceText(TimeSpan? silence)
        {
            string none = "No session " + (isFirst ? "of the last day" : "since the last run")
                + " may have gone to Exchange Online Protection";
            return silence == null
                ? none + "."
                : string.Format(
                    CultureInfo.InvariantCulture, "{0}; the last one was {1:0.#} hours ago.", none, silence.Value.TotalHours);
        }

        /// <summary>Counts what was refused since the last run, be it over or not, and says so.</summary>
        private string RefusalText()
        {
            long total = 0;
            foreach (Scope scope in result.InUse.Scopes ?? new Scope[0])
            {
                result.SessionsRefused += scope.Refused;
                total += scope.Refused > 0 ? scope.Total : 0;
            }
            return result.SessionsRefused == 0
                ? ""
                : string.Format(
                    CultureInfo.InvariantCulture,
                    "Refused since the last run: {0} of {1} sessions of the senders concerned. ",
                    result.SessionsRefused,
                    total);
        }

        private void CouldNotCheck(EopRelayException exception)
        {
            result.ExitCode = ExitCouldNotCheck;
            result.Verdict = "Uncertain";
            result.Cause = exception.ErrorId;
            result.Summary = exception.Message;
        }

        /// <summary>The line about a check that could not be made; its own failure adds nothing to that.</summary>
        private void WriteWhatFailed()
        {
            try
            {
                result.Notices = notices.ToArray();
                WriteLine();
            }
            catch (EopRelayException exception)
            {
                if (exception.Message != result.Summary)
                {
                    notices.Add(exception.Message);
                }
            }
        }

        /// <summary>Adds the result to the file as a line of its own, in one piece.</summary>
        private void WriteLine()
        {
            if (string.IsNullOrEmpty(request.JsonPath) || request.IsTrial)
            {
                return;
            }
            var json = new StringBuilder();
            JsonWriter.Write(json, result);
            byte[] line = new UTF8Encoding(false).GetBytes(json.Append('\n').ToString());
            try
            {
                Rotate(request.JsonPath);
                using (var file = new FileStream(request.JsonPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read))
                {
                    // A line that an earlier run was stopped in is not continued.
                    bool isCut = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
                    file.Seek(0, SeekOrigin.End);
                    if (isCut)
                    {
                        file.WriteByte((byte)'\n');
                    }
                    file.Write(line, 0, line.Length);
                    file.Flush(true);
                }
            }
            catch (SystemException exception)
            {
                throw new EopRelayException(
                    "ResultNotWritten",
                    "WriteError",
                    "The result cannot be added to '" + request.JsonPath + "': " + exception.Message
                        + " Check that the folder exists and is writable; the next run reads the same rows again.",
                    0,
                    exception);
            }
        }

        /// <summary>
        /// Puts a file that has grown large aside, as its name with .1 before its extension; the one there
        /// is replaced.
        /// </summary>
        private static void Rotate(string path)
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length < MaximumJsonLength)
            {
                return;
            }
            string aside = Path.Combine(
                Path.GetDirectoryName(path), Path.GetFileNameWithoutExtension(path) + ".1" + Path.GetExtension(path));
            File.Delete(aside);
            File.Move(path, aside);
        }

        private static int Graver(int one, int other)
        {
            return Array.IndexOf(ByWeight, other) < Array.IndexOf(ByWeight, one) ? other : one;
        }

        /// <summary>The server has mail to transport; the priority before, or <c>null</c> if it stays.</summary>
        private static ProcessPriorityClass? LowerPriority()
        {
            using (Process process = Process.GetCurrentProcess())
            {
                try
                {
                    ProcessPriorityClass before = process.PriorityClass;
                    if (before != ProcessPriorityClass.Normal)
                    {
                        return null;
                    }
                    process.PriorityClass = ProcessPriorityClass.BelowNormal;
                    return before;
                }
                catch (Win32Exception)
                {
                    return null;
                }
            }
        }

        private static void RestorePriority(ProcessPriorityClass? before)
        {
            if (before == null)
            {
                return;
            }
            using (Process process = Process.GetCurrentProcess())
            {
                try
                {
                    process.PriorityClass = before.Value;
                }
                catch (Win32Exception)
                {
                    // Outside Windows only the superuser may raise it again.
                }
            }
        }
    }
}
