using System;
using System.Collections.Generic;

namespace EopRelay
{
    /// <summary>Makes <see cref="ResolvedErrors"/> of the JSON that the native library gives.</summary>
    internal sealed class DeliveryErrorReader : AnswerReader
    {
        private DeliveryErrorReader()
        {
        }

        /// <exception cref="EopRelayException">The JSON is not that of errors.</exception>
        internal static ResolvedErrors Read(string json)
        {
            try
            {
                IDictionary<string, object> members = Members(JsonReader.Read(json));
                return new ResolvedErrors
                {
                    Errors = All(members, "Errors", ErrorOf),
                    WithoutError = Number(members, "WithoutError"),
                    Problems = All(members, "Problems", ProblemOf),
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
                Source = Text(members, "Source"),
                Identity = Text(members, "Identity"),
                ReportingServer = Text(members, "ReportingServer"),
                Time = Time(members, "Time"),
                Reply = Text(members, "Reply"),
                Rejection = Text(members, "Rejection"),
                Code = code == null ? (int?)null : (int)code.Value,
                EnhancedStatus = Text(members, "EnhancedStatus"),
                TlsError = One(members, "TlsError", error => Text(error, "Name")),
                Meaning = Text(members, "Meaning"),
                Session = One(members, "Session", SessionOf),
                Remedy = All(members, "Remedy", RemedyOf),
                Side = Texts(members, "Side"),
                Cover = Flag(members, "Cover"),
                Local = Flag(members, "Local"),
                Recognised = Flag(members, "Recognised"),
                Sender = Text(members, "Sender"),
                Recipients = Texts(members, "Recipients"),
                InternetMessageId = Text(members, "InternetMessageId"),
                NextHop = Text(members, "NextHop"),
                RemoteServer = Text(members, "RemoteServer"),
                SendConnector = Text(members, "SendConnector"),
                MessageCount = OptionalNumber(members, "MessageCount"),
                Wrappers = Texts(members, "Wrappers"),
                Uncertain = Texts(members, "Uncertain"),
                Reference = Text(members, "Reference"),
                Confidence = Text(members, "Confidence"),
                Path = Text(members, "Path"),
                Line = Number(members, "Line"),
                Text = Text(members, "Text"),
            };
        }

        private static ErrorSession SessionOf(IDictionary<string, object> members)
        {
            return new ErrorSession
            {
                Certainty = Text(members, "Certainty"),
                Basis = Text(members, "Basis"),
                Message = Text(members, "Message"),
                LogPath = Text(members, "LogPath"),
                Line = Number(members, "Line"),
                StartTime = Time(members, "StartTime").GetValueOrDefault(),
                Server = Text(members, "Server"),
                Connector = Text(members, "Connector"),
                SessionId = Text(members, "SessionId"),
                RemoteHost = Text(members, "RemoteHost"),
                Outcome = Text(members, "Outcome"),
                TlsError = Text(members, "TlsError"),
                SentThumbprint = Text(members, "SentThumbprint"),
                SentSubject = Text(members, "SentSubject"),
                Reply = Text(members, "Reply"),
                Rejection = Text(members, "Rejection"),
            };
        }

        /// <summary>A step of the catalogue, which is the same for whoever acts.</summary>
        private static Remedy RemedyOf(IDictionary<string, object> members)
        {
            return new Remedy
            {
                Action = Text(members, "Action"),
                Command = Text(members, "Command"),
                Where = Text(members, "Where"),
                Verify = Text(members, "Verify"),
                Undo = Text(members, "Undo"),
            };
        }

        private static InputProblem ProblemOf(IDictionary<string, object> members)
        {
            return new InputProblem
            {
                Path = Text(members, "Path"),
                Line = Number(members, "Line"),
                Message = Text(members, "Message"),
                IsError = Flag(members, "IsError"),
            };
        }
    }
}
