using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>What Get-EopRelayCertificate tells: its rows, and what could not be read.</summary>
    public sealed class CertificateOverview
    {
        internal CertificateOverview()
        {
        }

        /// <summary>One for each send connector and server.</summary>
        public ConnectorCertificate[] Certificates { get; internal set; }

        /// <summary>Inputs that could not be read, or in part.</summary>
        public InputProblem[] Problems { get; internal set; }

        /// <summary>
        /// 0 fine, 10 something expires or differs, 30 nothing is known, 40 an input cannot be read.
        /// </summary>
        public int ExitCode { get; internal set; }
    }

    /// <summary>An input that was not read, or in part.</summary>
    public sealed class InputProblem
    {
        internal InputProblem()
        {
        }

        /// <summary>Whether nothing of it was read; else a part.</summary>
        public bool IsError { get; internal set; }

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

    /// <summary>Makes a <see cref="CertificateOverview"/> of the JSON that the native library gives.</summary>
    internal sealed class CertificateOverviewReader : AnswerReader
    {
        private CertificateOverviewReader()
        {
        }

        /// <exception cref="EopRelayException">The JSON is not that of an overview.</exception>
        internal static CertificateOverview Read(string json)
        {
            try
            {
                IDictionary<string, object> members = Members(JsonReader.Read(json));
                return new CertificateOverview
                {
                    Certificates = All(members, "Certificates", RowOf),
                    Problems = All(members, "Problems", ProblemOf),
                    ExitCode = (int)Number(members, "ExitCode"),
                };
            }
            catch (FormatException exception)
            {
                throw new EopRelayException("NativeLibraryDefect", "InvalidResult", exception.Message, 0, exception);
            }
        }

        private static ConnectorCertificate RowOf(IDictionary<string, object> members)
        {
            return new ConnectorCertificate
            {
                Connector = Text(members, "Connector"),
                Server = Text(members, "Server"),
                IsEop = OptionalFlag(members, "IsEop"),
                Status = Text(members, "Status"),
                NotAfter = Time(members, "NotAfter"),
                DaysLeft = (int?)OptionalNumber(members, "DaysLeft"),
                SelectedThumbprint = Text(members, "SelectedThumbprint"),
                SentThumbprint = Text(members, "SentThumbprint"),
                LastSession = Time(members, "LastSession"),
                Comparison = Text(members, "Comparison"),
                SelectedBy = Text(members, "SelectedBy"),
                Reason = Text(members, "Reason"),
                Note = Text(members, "Note"),
                SelectedCertificate = One(members, "SelectedCertificate", InstalledOf),
                Twins = All(members, "Twins", InstalledOf),
                SentCertificates = All(members, "SentCertificates", SentOf),
                Sessions = Number(members, "Sessions"),
            };
        }

        private static InstalledCertificate InstalledOf(IDictionary<string, object> members)
        {
            return new InstalledCertificate
            {
                Thumbprint = Text(members, "Thumbprint"),
                Subject = Text(members, "Subject"),
                Issuer = Text(members, "Issuer"),
                SerialNumber = Text(members, "SerialNumber"),
                NotBefore = Time(members, "NotBefore"),
                NotAfter = Time(members, "NotAfter"),
                DaysLeft = (int?)OptionalNumber(members, "DaysLeft"),
                DnsNames = Texts(members, "DnsNames"),
                Services = Text(members, "Services"),
                Status = Text(members, "Status"),
                HasPrivateKey = OptionalFlag(members, "HasPrivateKey"),
            };
        }

        private static SentCertificate SentOf(IDictionary<string, object> members)
        {
            return new SentCertificate
            {
                Thumbprint = Text(members, "Thumbprint"),
                Subject = Text(members, "Subject"),
                Issuer = Text(members, "Issuer"),
                SerialNumber = Text(members, "SerialNumber"),
                NotBefore = Time(members, "NotBefore"),
                NotAfter = Time(members, "NotAfter"),
                DaysLeft = (int?)OptionalNumber(members, "DaysLeft"),
                Sessions = Number(members, "Sessions"),
                EopSessions = Number(members, "EopSessions"),
                FailedSessions = Number(members, "FailedSessions"),
                FirstSession = Time(members, "FirstSession"),
                LastSession = Time(members, "LastSession"),
                LastOutcome = Text(members, "LastOutcome"),
                LogPath = Text(members, "LogPath"),
                Line = Number(members, "Line"),
            };
        }

        private static InputProblem ProblemOf(IDictionary<string, object> members)
        {
            return new InputProblem
            {
                IsError = Text(members, "Severity") == "Error",
                Path = Text(members, "Path"),
                Line = Number(members, "Line"),
                Message = Text(members, "Message"),
            };
        }
    }
}
