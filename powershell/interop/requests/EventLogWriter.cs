using System;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace EopRelay
{
    /// <summary>
    /// Writes the result of a check to the Application log of Windows. By reflection: the class lies in
    /// System.dll of .NET Framework, in an assembly of its own in PowerShell 7, and nowhere else.
    /// </summary>
    internal static class EventLogWriter
    {
        internal const string Source = "EopRelay";

        private const string LogName = "Application";

        /// <summary>The identifier of an event is this and the exit code.</summary>
        private const int FirstEventId = 1000;

        /// <summary>EventLog.WriteEntry takes 31,839 characters.</summary>
        private const int MaximumLength = 30000;

        /// <summary>Writes the event. What kept it from being written, or <c>null</c>: it never throws.</summary>
        internal static string Write(CheckResult result)
        {
            Type log = LogType;
            if (log == null)
            {
                return "No event is written: there is no Application log here.";
            }
            try
            {
                return Write(log, result);
            }
            catch (Exception exception)
            {
                // An unregistered source can be distinguished from a registered one by an administrator alone.
                return "No event is written: " + exception.GetBaseException().Message + " " + Advice;
            }
        }

        /// <summary>Registers the source, where it is not; for administrators.</summary>
        /// <exception cref="EopRelayException">There is no Application log here.</exception>
        internal static void RegisterSource()
        {
            Type log = LogType;
            if (log == null)
            {
                throw new EopRelayException("EventLogMissing", "NotInstalled", "There is no Application log here.");
            }
            object exists = log.GetMethod("SourceExists", new[] { typeof(string) }).Invoke(null, new object[] { Source });
            if (!(bool)exists)
            {
                log.GetMethod("CreateEventSource", new[] { typeof(string), typeof(string) })
                    .Invoke(null, new object[] { Source, LogName });
            }
        }

        /// <summary>System.Diagnostics.EventLog; <c>null</c> where there is none.</summary>
        private static Type LogType
        {
            get
            {
                return Environment.OSVersion.Platform != PlatformID.Win32NT
                    ? null
                    : Type.GetType("System.Diagnostics.EventLog, System, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089")
                        ?? Type.GetType("System.Diagnostics.EventLog, System.Diagnostics.EventLog");
            }
        }

        private static string Advice
        {
            get
            {
                return "Register the source once, as an administrator in Windows PowerShell: New-EventLog -LogName "
                    + LogName + " -Source " + Source;
            }
        }

        private static string Write(Type log, CheckResult result)
        {
            // Else writing would register it, in whatever log it likes, if it may.
            object exists = log.GetMethod("SourceExists", new[] { typeof(string) }).Invoke(null, new object[] { Source });
            if (!(bool)exists)
            {
                return "No event is written: the source " + Source + " is not registered. " + Advice;
            }
            MethodInfo write = Array.Find(
                log.GetMethods(BindingFlags.Public | BindingFlags.Static),
                method => method.Name == "WriteEntry" && IsWanted(method.GetParameters()));
            Type entryType = write.GetParameters()[2].ParameterType;
            write.Invoke(
                null,
                new[] { Source, TextOf(result), Enum.Parse(entryType, LevelOf(result.ExitCode)), FirstEventId + result.ExitCode });
            return null;
        }

        /// <summary>WriteEntry(source, message, type, event identifier).</summary>
        private static bool IsWanted(ParameterInfo[] parameters)
        {
            return parameters.Length == 4 && parameters[0].ParameterType == typeof(string)
                && parameters[1].ParameterType == typeof(string) && parameters[2].ParameterType.IsEnum
                && parameters[3].ParameterType == typeof(int);
        }

        /// <summary>The name of a System.Diagnostics.EventLogEntryType.</summary>
        internal static string LevelOf(int exitCode)
        {
            switch (exitCode)
            {
                case 0:
                    return "Information";
                case 10:
                case 30:
                    return "Warning";
                default:
                    return "Error";
            }
        }

        /// <summary>Summary, counts, what is to be done, and what was met beside it.</summary>
        internal static string TextOf(CheckResult result)
        {
            var text = new StringBuilder(result.Summary);
            text.AppendFormat(
                CultureInfo.InvariantCulture,
                "\r\n\r\nExit code {0}. Sessions since the last run: {1}, of which {2} failed and {3} were judged.",
                result.ExitCode,
                result.SessionsRead,
                result.SessionsFailed,
                result.SessionsJudged);
            foreach (Report report in new[] { result.InUse, result.Installed })
            {
                foreach (Finding finding in report == null ? new Finding[0] : report.Findings)
                {
                    if (finding.Severity != "Information" && finding.Status != "Past")
                    {
                        text.Append("\r\n\r\n").Append(finding);
                    }
                }
            }
            foreach (string notice in result.Notices)
            {
                text.Append("\r\n\r\n").Append(notice);
            }
            if (text.Length > MaximumLength)
            {
                text.Length = MaximumLength;
                text.Append("...");
            }
            return text.ToString();
        }
    }
}
