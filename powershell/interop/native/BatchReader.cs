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
        private const uint NoCertificate = uint.MaxValue;
        private const ulong NoOffset = ulong.MaxValue;
        private const int False = 1;
        private const int True = 2;

        private static readonly string[] NoTexts = new string[0];

        private readonly ValueNames names;
        private readonly LoggedCertificate[] certificates;
        private readonly Dictionary<ulong, string> sharedTexts = new Dictionary<ulong, string>();

        // Not readonly: mcs would copy the whole struct for each look at one of its members.
        private Batch batch;

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
            Require(!record->OwnTexts.IsAbsent);
            var texts = new OwnTexts(Text(record->OwnTexts), record->OwnTexts.Offset);
            return new Session(record, texts, Messages(record->Messages, texts))
            {
                LogType = names.Of(ValueKind.LogType, record->LogType),
                Server = SharedText(record->Server),
                LogPath = SharedText(record->LogPath),
                Line = (long)record->Line,
                StartTime = Time(record->StartTime),
                EndTime = Time(record->EndTime),
                IsEop = Truth(record->IsEop),
                StartTlsOffered = Truth(record->StartTlsOffered),
                TlsStatus = names.Of(ValueKind.TlsStatus, record->TlsStatus),
                TlsErrorCode = record->TlsErrorCodeKnown == True ? (int?)record->TlsErrorCode : null,
                SentCertificate = Certificate(record->SentCertificate),
                RemoteCertificate = Certificate(record->RemoteCertificate),
                Rejection = names.Of(ValueKind.RejectionClass, record->Rejection),
                Outcome = names.Of(ValueKind.Outcome, record->Outcome),
                Complete = record->Complete == True,
                RowCount = (long)record->RowCount,
                Notes = Notes(record->Notes),
            };
        }

        /// <summary>The mails of a session, checked; <c>null</c> if it has none.</summary>
        private MessageRecords Messages(RecordRange range, OwnTexts texts)
        {
            Require(range, batch.MessageCount);
            if (range.Count == 0)
            {
                return null;
            }
            var messages = new MessageRecord[range.Count];
            RecordRange recipients = default(RecordRange);
            for (uint index = 0; index < messages.Length; index++)
            {
                var record = (MessageRecord*)(batch.Messages + ((ulong)range.First + index) * batch.MessageStride);
                texts.Require(record->MailFrom);
                texts.Require(record->RecordId);
                texts.Require(record->InternetMessageId);
                texts.Require(record->Reply);
                Require(record->Recipients, batch.RecipientCount);
                if (index == 0)
                {
                    recipients.First = record->Recipients.First;
                }
                Require(record->Recipients.First == recipients.First + recipients.Count);
                recipients.Count += record->Recipients.Count;
                messages[index] = *record;
            }
            return new MessageRecords(texts, names, messages, Recipients(recipients, texts));
        }

        private RecipientRecord[] Recipients(RecordRange range, OwnTexts texts)
        {
            var recipients = new RecipientRecord[range.Count];
            for (uint index = 0; index < recipients.Length; index++)
            {
                var record =
                    (RecipientRecord*)(batch.Recipients + ((ulong)range.First + index) * batch.RecipientStride);
                texts.Require(record->Address);
                texts.Require(record->Reply);
                recipients[index] = *record;
            }
            return recipients;
        }

        private LoggedCertificate Certificate(uint index)
        {
            if (index == NoCertificate)
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
            if (range.Count == 0)
            {
                return NoTexts;
            }
            var notes = new string[range.Count];
            for (uint index = 0; index < range.Count; index++)
            {
                var record = (NoteRecord*)(batch.Notes + ((ulong)range.First + index) * batch.NoteStride);
                notes[index] = SharedText(record->Message);
            }
            return notes;
        }

        private string Text(TextSpan span)
        {
            if (span.IsAbsent)
            {
                return null;
            }
            Require((ulong)span.Offset + span.Length <= batch.TextLength && span.Length <= int.MaxValue);
            return span.Length == 0 ? "" : new string(batch.Text + span.Offset, 0, (int)span.Length);
        }

        /// <summary>A text outside of the sessions' own, which records share: one string for all of them.</summary>
        private string SharedText(TextSpan span)
        {
            if (span.IsAbsent)
            {
                return null;
            }
            ulong place = ((ulong)span.Offset << 32) | span.Length;
            string text;
            if (!sharedTexts.TryGetValue(place, out text))
            {
                text = Text(span);
                sharedTexts.Add(place, text);
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
                throw Contradiction();
            }
        }

        /// <summary>The error of a batch that contradicts itself.</summary>
        internal static EopRelayException Contradiction()
        {
            return new EopRelayException(
                "NativeDataInvalid",
                "InvalidResult",
                "The native library handed out a batch that contradicts itself: the module's files belong to "
                    + "different versions, or it has a defect. Install the complete module again and open a new console.");
        }
    }
}
