using System;
using System.Collections.Generic;

namespace EopRelay
{
    /// <summary>Copies one batch of the native library into objects.</summary>
    /// <remarks>
    /// The batch is a view that lives until the next call with its reader. Every number in it is
    /// checked before it is followed, so that a defect on the other side is an error and not a wild read.
    /// </remarks>
    internal sealed unsafe class BatchReader
    {
        private const uint Absent = uint.MaxValue;
        private const ulong NoOffset = ulong.MaxValue;
        private const int False = 1;
        private const int True = 2;

        private readonly Batch batch;
        private readonly ValueNames names;
        private readonly LoggedCertificate[] certificates;
        private readonly Dictionary<ulong, string> repeatedTexts = new Dictionary<ulong, string>();

        internal BatchReader(Batch batch, ValueNames names)
        {
            this.batch = batch;
            this.names = names;
            RequireStride(batch.SessionCount, batch.SessionStride, sizeof(SessionRecord));
            RequireStride(batch.MessageCount, batch.MessageStride, sizeof(MessageRecord));
            RequireStride(batch.RecipientCount, batch.RecipientStride, sizeof(RecipientRecord));
            RequireStride(batch.CertificateCount, batch.CertificateStride, sizeof(CertificateRecord));
            RequireStride(batch.NameCount, batch.NameStride, sizeof(NameRecord));
            RequireStride(batch.NoteCount, batch.NoteStride, sizeof(NoteRecord));
            RequireStride(batch.NoticeCount, batch.NoticeStride, sizeof(NoticeRecord));
            certificates = new LoggedCertificate[batch.CertificateCount];
        }

        /// <summary>The sessions, in the order of their last rows.</summary>
        internal Session[] Sessions()
        {
            var sessions = new Session[batch.SessionCount];
            for (uint index = 0; index < sessions.Length; index++)
            {
                sessions[index] = Session((SessionRecord*)(batch.Sessions + (ulong)index * batch.SessionStride));
            }
            return sessions;
        }

        /// <summary>The trouble met on the way.</summary>
        internal Notice[] Notices(IList<LogLocation> locations)
        {
            var notices = new Notice[batch.NoticeCount];
            for (uint index = 0; index < notices.Length; index++)
            {
                var record = (NoticeRecord*)(batch.Notices + (ulong)index * batch.NoticeStride);
                notices[index] = new Notice(
                    names.Of(ValueKind.Notice, record->Code),
                    names.Of(ValueKind.Severity, record->Severity),
                    Text(record->Message),
                    Text(record->Path),
                    record->Line == 0 ? null : (long?)record->Line,
                    record->Offset == NoOffset ? null : (long?)record->Offset,
                    record->OsErrorKnown == True ? (int?)record->OsError : null,
                    (long)record->Count,
                    locations);
            }
            return notices;
        }

        private Session Session(SessionRecord* record)
        {
            return new Session
            {
                LogType = names.Of(ValueKind.LogType, record->LogType),
                Server = RepeatedText(record->Server),
                LogPath = RepeatedText(record->LogPath),
                Line = (long)record->Line,
                StartTime = Time(record->StartTime),
                EndTime = Time(record->EndTime),
                Connector = RepeatedText(record->Connector),
                SessionId = Text(record->SessionId),
                ProxySessionId = Text(record->ProxySessionId),
                LocalEndpoint = Text(record->LocalEndpoint),
                RemoteEndpoint = RepeatedText(record->RemoteEndpoint),
                RemoteHost = RepeatedText(record->RemoteHost),
                EhloName = RepeatedText(record->EhloName),
                PublicIPAddress = RepeatedText(record->PublicIpAddress),
                IsEop = Truth(record->IsEop),
                StartTlsOffered = Truth(record->StartTlsOffered),
                TlsStatus = names.Of(ValueKind.TlsStatus, record->TlsStatus),
                TlsProtocol = RepeatedText(record->TlsProtocol),
                TlsCipher = RepeatedText(record->TlsCipher),
                TlsError = RepeatedText(record->TlsError),
                TlsErrorCode = record->TlsErrorCodeKnown == True ? (int?)record->TlsErrorCode : null,
                SentCertificate = Certificate(record->SentCertificate),
                RemoteCertificate = Certificate(record->RemoteCertificate),
                Messages = Messages(record->Messages),
                Reply = RepeatedText(record->Reply),
                Rejection = names.Of(ValueKind.RejectionClass, record->Rejection),
                Outcome = names.Of(ValueKind.Outcome, record->Outcome),
                Complete = record->Complete == True,
                RowCount = (long)record->RowCount,
                Notes = Notes(record->Notes),
            };
        }

        private Message[] Messages(RecordRange range)
        {
            Require(range, batch.MessageCount);
            var messages = new Message[range.Count];
            for (uint index = 0; index < range.Count; index++)
            {
                var record = (MessageRecord*)(batch.Messages + ((ulong)range.First + index) * batch.MessageStride);
                messages[index] = new Message
                {
                    MailFrom = Text(record->MailFrom),
                    RecordId = Text(record->RecordId),
                    InternetMessageId = Text(record->InternetMessageId),
                    Reply = Text(record->Reply),
                    Outcome = names.Of(ValueKind.MessageOutcome, record->Outcome),
                    Recipients = Recipients(record->Recipients),
                };
            }
            return messages;
        }

        private Recipient[] Recipients(RecordRange range)
        {
            Require(range, batch.RecipientCount);
            var recipients = new Recipient[range.Count];
            for (uint index = 0; index < range.Count; index++)
            {
                var record =
                    (RecipientRecord*)(batch.Recipients + ((ulong)range.First + index) * batch.RecipientStride);
                recipients[index] = new Recipient
                {
                    Address = Text(record->Address),
                    Reply = RepeatedText(record->Reply),
                    Rejection = names.Of(ValueKind.RejectionClass, record->Rejection),
                };
            }
            return recipients;
        }

        private LoggedCertificate Certificate(uint index)
        {
            if (index == Absent)
            {
                return null;
            }
            Require(index < batch.CertificateCount);
            if (certificates[index] == null)
            {
                var record = (CertificateRecord*)(batch.Certificates + (ulong)index * batch.CertificateStride);
                certificates[index] = new LoggedCertificate
                {
                    Subject = Text(record->Subject),
                    Issuer = Text(record->Issuer),
                    SerialNumber = Text(record->SerialNumber),
                    Thumbprint = Text(record->Thumbprint),
                    NotBefore = record->NotBefore == 0 ? null : (DateTime?)Time(record->NotBefore),
                    NotAfter = record->NotAfter == 0 ? null : (DateTime?)Time(record->NotAfter),
                    DnsNames = DnsNames(record->DnsNames),
                };
            }
            return certificates[index];
        }

        private string[] DnsNames(RecordRange range)
        {
            Require(range, batch.NameCount);
            var dnsNames = new string[range.Count];
            for (uint index = 0; index < range.Count; index++)
            {
                var record = (NameRecord*)(batch.Names + ((ulong)range.First + index) * batch.NameStride);
                dnsNames[index] = Text(record->Name);
            }
            return dnsNames;
        }

        private string[] Notes(RecordRange range)
        {
            Require(range, batch.NoteCount);
            var notes = new string[range.Count];
            for (uint index = 0; index < range.Count; index++)
            {
                var record = (NoteRecord*)(batch.Notes + ((ulong)range.First + index) * batch.NoteStride);
                notes[index] = RepeatedText(record->Message);
            }
            return notes;
        }

        private string Text(TextSpan span)
        {
            if (span.Offset == Absent)
            {
                return null;
            }
            Require((ulong)span.Offset + span.Length <= batch.TextLength && span.Length <= int.MaxValue);
            return span.Length == 0 ? "" : new string(batch.Text + span.Offset, 0, (int)span.Length);
        }

        /// <summary>A text that many records share: one string for all of them.</summary>
        private string RepeatedText(TextSpan span)
        {
            if (span.Offset == Absent)
            {
                return null;
            }
            ulong place = ((ulong)span.Offset << 32) | span.Length;
            string text;
            if (!repeatedTexts.TryGetValue(place, out text))
            {
                text = Text(span);
                repeatedTexts.Add(place, text);
            }
            return text;
        }

        private static DateTime Time(long ticks)
        {
            Require(ticks >= 0 && ticks <= DateTime.MaxValue.Ticks);
            return new DateTime(ticks, DateTimeKind.Utc);
        }

        private static bool? Truth(int value)
        {
            return value == True ? true : value == False ? (bool?)false : null;
        }

        private static void RequireStride(uint count, uint stride, int recordSize)
        {
            Require(count <= int.MaxValue && (count == 0 || stride >= recordSize));
        }

        private static void Require(RecordRange range, uint count)
        {
            Require((ulong)range.First + range.Count <= count);
        }

        private static void Require(bool condition)
        {
            if (!condition)
            {
                throw new EopRelayException(
                    "NativeDataInvalid",
                    "InvalidResult",
                    "The native library handed out a batch that contradicts itself: the module's files belong to "
                        + "different versions, or it has a defect. Install the whole module again and open a new console.");
            }
        }
    }
}
