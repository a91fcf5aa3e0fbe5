using System;
using System.Collections.Generic;

namespace EopRelay
{
    /// <summary>Makes <see cref="ResolvedErrors"/> of the JSON that the native library gives.</summary>
    internal static class DeliveryErrorReader
    {
        /// <exception cref="EopRelayException">The JSON is not that of errors.</exception>
        internal static ResolvedErrors Read(string json)
        {
            try
            {
                IDictionary<string, object> members = ReportReader.Members(JsonReader.Read(json));
                return new ResolvedErrors
                {
                    Errors = ReportReader.All(members, "Errors", ErrorOf),
                    WithoutError = ReportReader.Number(members, "WithoutError"),
                    Problems = ReportReader.All(members, "Problems", ProblemOf),
                };
            }
            catch (FormatException exception)
            {
                throw new EopRelayException("NativeLibraryDefect", "InvalidResult", exception.Message, 0, exception);
            }
        }

        private static DeliveryError ErrorOf(IDictionary<string, object> members)
        {
            long? code = OptionalNumber(members, "Code");
            return new DeliveryError
            {
                Source = ReportReader.Text(members, "Source"),
                Identity = ReportReader.Text(members, "Identity"),
                ReportingServer = ReportReader.Text(members, "ReportingServer"),
                Time = ReportReader.Time(members, "Time"),
                Reply = ReportReader.Text(members, "Reply"),
                Rejection = ReportReader.Text(members, "Rejection"),
                Code = code == null ? (int?)null : (int)code.Value,
                EnhancedStatus = ReportReader.Text(members, "EnhancedStatus"),
                TlsError = ReportReader.One(members, "TlsError", error => ReportReader.Text(error, "Name")),
                Meaning = ReportReader.Text(members, "Meaning"),
                Session = ReportReader.One(members, "Session", SessionOf),
                Remedy = ReportReader.All(members, "Remedy", RemedyOf),
                Side = Texts(members, "Side"),
                Cover = ReportReader.Flag(members, "Cover"),
                Local = ReportReader.Flag(members, "Local"),
                Recognised = ReportReader.Flag(members, "Recognised"),
                Sender = ReportReader.Text(members, "Sender"),
                Recipients = Texts(members, "Recipients"),
                InternetMessageId = ReportReader.Text(members, "InternetMessageId"),
                NextHop = ReportReader.Text(members, "NextHop"),
                RemoteServer = ReportReader.Text(members, "RemoteServer"),
                SendConnector = ReportReader.Text(members, "SendConnector"),
                MessageCount = OptionalNumber(members, "MessageCount"),
                Wrappers = Texts(members, "Wrappers"),
                Uncertain = Texts(members, "Uncertain"),
                Reference = ReportReader.Text(members, "Reference"),
                Confidence = ReportReader.Text(members, "Confidence"),
                Path = ReportReader.Text(members, "Path"),
                Line = ReportReader.Number(members, "Line"),
                Text = ReportReader.Text(members, "Text"),
            };
        }

        private static ErrorSession SessionOf(IDictionary<string, object> members)
        {
            return new ErrorSession
            {
                Certainty = ReportReader.Text(members, "Certainty"),
                Basis = ReportReader.Text(members, "Basis"),
                Message = ReportReader.Text(members, "Message"),
                LogPath = ReportReader.Text(members, "LogPath"),
                Line = ReportReader.Number(members, "Line"),
                StartTime = ReportReader.Time(members, "StartTime").GetValueOrDefault(),
                Server = ReportReader.Text(members, "Server"),
                Connector = ReportReader.Text(members, "Connector"),
                SessionId = ReportReader.Text(members, "SessionId"),
                RemoteHost = ReportReader.Text(members, "RemoteHost"),
                Outcome = ReportReader.Text(members, "Outcome"),
                TlsError = ReportReader.Text(members, "TlsError"),
                SentThumbprint = ReportReader.Text(members, "SentThumbprint"),
                SentSubject = ReportReader.Text(members, "SentSubject"),
                Reply = ReportReader.Text(members, "Reply"),
                Rejection = ReportReader.Text(members, "Rejection"),
            };
        }

        /// <summary>A step of the catalogue, which is the same for whoever acts.</summary>
        private static Remedy RemedyOf(IDictionary<string, object> members)
        {
            return new Remedy
            {
                Action = ReportReader.Text(members, "Action"),
                Command = ReportReader.Text(members, "Command"),
                Where = ReportReader.Text(members, "Where"),
                Verify = ReportReader.Text(members, "Verify"),
                Undo = ReportReader.Text(members, "Undo"),
            };
        }

        private static ErrorProblem ProblemOf(IDictionary<string, object> members)
        {
            return new ErrorProblem
            {
                Path = ReportReader.Text(members, "Path"),
                Line = ReportReader.Number(members, "Line"),
                Message = ReportReader.Text(members, "Message"),
                IsFatal = ReportReader.Flag(members, "IsFatal"),
            };
        }

        private static string[] Texts(IDictionary<string, object> members, string name)
        {
            return ReportReader.List(members, name).ConvertAll(text => ReportReader.Value<string>(text, name)).ToArray();
        }

        private static long? OptionalNumber(IDictionary<string, object> members, string name)
        {
            return ReportReader.Member(members, name) == null ? (long?)null : ReportReader.Number(members, name);
        }
    }
}
