using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;

namespace EopRelay.Tests
{
    /// <summary>A batch made by hand becomes objects; one that contradicts itself an error.</summary>
    internal static unsafe class BatchChecks
    {
        private const uint Absent = uint.MaxValue;
        private const string Before = "*.contoso.comCN=A";
        private const string Own = "Send\uD83D\uDCE7 \u00D8st550 5.7.64 no";
        private const string Block = Before + Own + "of another session";
        private static readonly TextSpan AbsentText = new TextSpan { Offset = Absent };

        private delegate void Change(Records* records);

        /// <summary>A batch of one session with one mail to one recipient.</summary>
        private struct Records
        {
            public Batch Batch;
            public SessionRecord Session;
            public MessageRecord Message;
            public RecipientRecord Recipient;
        }

        internal static void Run(Checks checks)
        {
            checks.That("a batch becomes objects", BecomesObjects);
            checks.That("a larger stride is stepped by, and what it adds is ignored", LargerStride);
            checks.That("an empty batch without arrays is empty", () =>
            {
                var reader = new BatchReader(new Batch(), Names());
                Checks.Equal(0, reader.Sessions().Length);
                Checks.Equal(0, reader.Notices(new LogLocation[0]).Length);
            });
            checks.That("recipients that do not follow those of the mail before are refused", () =>
            {
                EopRelayException error = Checks.Throws<EopRelayException>(ReadUnorderedRecipients);
                Checks.Equal("NativeDataInvalid", error.ErrorId);
            });
            checks.That("a property read twice gives the same object", GivesTheSameTwice);
            checks.That("a session keeps nothing of its batch but its own texts and what is shared", KeepsItsOwn);
            checks.That("several threads may read one session", ReadByManyThreads);
            Contradicts(checks, "a session's piece beyond the block", records =>
                records->Session.OwnTexts = new TextSpan { Offset = (uint)Block.Length - 1, Length = 2 });
            Contradicts(checks, "a session's piece whose end overflows 32 bits", records =>
                records->Session.OwnTexts = new TextSpan { Offset = Absent - 1, Length = 3 });
            Contradicts(checks, "a session without a piece", records =>
                records->Session.OwnTexts = AbsentText);
            Contradicts(checks, "a shared text beyond the block", records =>
                records->Session.LogPath = new TextSpan { Offset = (uint)Block.Length - 1, Length = 2 });
            Contradicts(checks, "a text before the session's piece", records =>
                records->Session.Connector = Place("CN=A"));
            Contradicts(checks, "a text behind the session's piece", records =>
                records->Session.Reply = Place("of another session"));
            Contradicts(checks, "a text that begins in the session's piece and ends behind it", records =>
                records->Session.Connector = Place("no" + "of"));
            Contradicts(checks, "a text whose end overflows 32 bits", records =>
                records->Session.Connector = new TextSpan { Offset = Absent - 1, Length = 3 });
            Contradicts(checks, "a text of a mail outside of the session's piece", records =>
                records->Message.InternetMessageId = Place("of another session"));
            Contradicts(checks, "a text of a recipient outside of the session's piece", records =>
                records->Recipient.Address = Place("CN=A"));
            Contradicts(checks, "messages beyond their array", records =>
                records->Session.Messages = new RecordRange { First = 1, Count = 1 });
            Contradicts(checks, "recipients whose range overflows 32 bits", records =>
                records->Message.Recipients = new RecordRange { First = Absent, Count = 2 });
            Contradicts(checks, "notes beyond their array", records =>
                records->Session.Notes = new RecordRange { First = 0, Count = 1 });
            Contradicts(checks, "a certificate beyond its array", records =>
                records->Session.SentCertificate = 1);
            Contradicts(checks, "a stride smaller than the record", records =>
                records->Batch.SessionStride = (uint)sizeof(SessionRecord) - 8);
            Contradicts(checks, "a time that DateTime cannot hold", records =>
                records->Session.EndTime = long.MaxValue);
            Contradicts(checks, "a time before all times", records =>
                records->Session.StartTime = -1);
        }

        private static void BecomesObjects()
        {
            Session session = Read(null);
            Checks.Equal("Send", session.LogType);
            Checks.Equal("Send", session.Connector);
            Checks.Equal("", session.RemoteHost);
            Checks.Equal("\uD83D\uDCE7 \u00D8st", session.EhloName);
            Checks.Equal(null, session.Server);
            Checks.Equal(true, session.IsEop);
            Checks.Equal(null, session.StartTlsOffered);
            Checks.Equal(false, session.Complete);
            Checks.Equal(-2146893043, session.TlsErrorCode);
            Checks.Equal("Failed", session.TlsStatus);
            Checks.Equal("Refused", session.Outcome);
            Checks.Equal("RelayDenied", session.Rejection);
            Checks.Equal(new DateTime(2026, 11, 15, 1, 2, 3, DateTimeKind.Utc), session.StartTime);
            Checks.Equal(DateTimeKind.Utc, session.StartTime.Kind);
            Checks.Equal("CN=A", session.SentSubject);
            Checks.Equal(null, session.SentThumbprint);
            Checks.Equal(null, session.SentCertificate.NotBefore);
            Checks.Equal("*.contoso.com", session.SentCertificate.DnsNames[0]);
            Checks.True(ReferenceEquals(session.SentCertificate, session.RemoteCertificate), "equal certificates are one object");
            Checks.Equal("550 5.7.64 no", session.Messages[0].Recipients[0].Reply);
            Checks.Equal("RelayDenied", session.Messages[0].Recipients[0].Rejection);
            Checks.Equal(null, session.Messages[0].MailFrom);
            Checks.Equal("PartlyRefused", session.Messages[0].Outcome);
            Checks.Equal(0, session.Notes.Length);
        }

        private static void GivesTheSameTwice()
        {
            Session session = Read(null);
            foreach (PropertyInfo property in typeof(Session).GetProperties())
            {
                // What views show is made anew each time.
                if (!property.PropertyType.IsValueType && !property.IsDefined(typeof(ViewTextAttribute), false))
                {
                    object first = property.GetValue(session, null);
                    Checks.True(ReferenceEquals(first, property.GetValue(session, null)), property.Name);
                }
            }
        }

        private static void KeepsItsOwn()
        {
            Session unread = Read(null);
            Session read = Read(null);
            Checks.Equal("550 5.7.64 no", read.Messages[0].Recipients[0].Reply);
            foreach (Session session in new[] { unread, read })
            {
                var kept = new HashSet<object>();
                Collect(session, kept);
                Checks.True(kept.Contains(Own), "its own texts");
                Checks.Equal(session == unread, Holds<MessageRecords>(kept));
                foreach (object part in kept)
                {
                    Checks.True(!(part is BatchReader), "it keeps the reader of its batch");
                    string text = part as string;
                    Checks.True(text == null || !text.Contains("another"), "it keeps '" + text + "'");
                }
            }
        }

        private static bool Holds<TPart>(IEnumerable<object> parts)
        {
            foreach (object part in parts)
            {
                if (part is TPart)
                {
                    return true;
                }
            }
            return false;
        }

        /// <summary>Whatever the object keeps in memory.</summary>
        private static void Collect(object part, HashSet<object> found)
        {
            if (part == null || part is Pointer || part.GetType().IsPrimitive || !found.Add(part))
            {
                return;
            }
            var array = part as Array;
            if (array != null)
            {
                foreach (object element in array)
                {
                    Collect(element, found);
                }
            }
            else if (!(part is string))
            {
                foreach (FieldInfo field in part.GetType().GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                {
                    Collect(field.GetValue(part), found);
                }
            }
        }

        private static void ReadByManyThreads()
        {
            for (int round = 0; round < 50; round++)
            {
                Session session = Read(null);
                int right = 0;
                var threads = new Thread[4];
                for (int index = 0; index < threads.Length; index++)
                {
                    threads[index] = new Thread(() =>
                    {
                        if (session.Connector == "Send" && session.Messages[0].Recipients[0].Reply == "550 5.7.64 no")
                        {
                            Interlocked.Increment(ref right);
                        }
                    });
                    threads[index].Start();
                }
                foreach (Thread thread in threads)
                {
                    thread.Join();
                }
                Checks.Equal(threads.Length, right);
            }
        }

        private static void ReadUnorderedRecipients()
        {
            SessionRecord session = EmptySession();
            session.Messages = new RecordRange { First = 0, Count = 2 };
            MessageRecord* messages = stackalloc MessageRecord[2];
            messages[0] = EmptyMessage();
            messages[0].Recipients = new RecordRange { First = 0, Count = 1 };
            messages[1] = EmptyMessage();
            messages[1].Recipients = new RecordRange { First = 2, Count = 1 };
            RecipientRecord* recipients = stackalloc RecipientRecord[3];
            for (int index = 0; index < 3; index++)
            {
                recipients[index] = new RecipientRecord { Address = AbsentText, Reply = AbsentText };
            }
            var batch = new Batch
            {
                Sessions = (byte*)&session,
                SessionCount = 1,
                SessionStride = (uint)sizeof(SessionRecord),
                Messages = (byte*)messages,
                MessageCount = 2,
                MessageStride = (uint)sizeof(MessageRecord),
                Recipients = (byte*)recipients,
                RecipientCount = 3,
                RecipientStride = (uint)sizeof(RecipientRecord),
            };
            new BatchReader(batch, Names()).Sessions();
        }

        private static void LargerStride()
        {
            uint stride = (uint)sizeof(SessionRecord) + 16;
            byte* memory = stackalloc byte[(int)stride * 2];
            SessionRecord record = EmptySession();
            record.RowCount = 1;
            *(SessionRecord*)memory = record;
            record.RowCount = 2;
            *(SessionRecord*)(memory + stride) = record;
            var batch = new Batch { Sessions = memory, SessionCount = 2, SessionStride = stride };
            Session[] sessions = new BatchReader(batch, Names()).Sessions();
            Checks.Equal(1L, sessions[0].RowCount);
            Checks.Equal(2L, sessions[1].RowCount);
        }

        private static void Contradicts(Checks checks, string what, Change change)
        {
            checks.That(what + " is refused", () =>
            {
                EopRelayException error = Checks.Throws<EopRelayException>(() => Read(change));
                Checks.Equal("NativeDataInvalid", error.ErrorId);
            });
        }

        private static Session Read(Change change)
        {
            var records = new Records { Session = EmptySession(), Message = EmptyMessage() };
            records.Session.StartTime = new DateTime(2026, 11, 15, 1, 2, 3).Ticks;
            records.Session.LogType = 1;
            records.Session.TlsStatus = 4;
            records.Session.Outcome = 3;
            records.Session.Rejection = RelayDenied();
            records.Session.IsEop = 2;
            records.Session.Complete = 1;
            records.Session.TlsErrorCodeKnown = 2;
            records.Session.TlsErrorCode = -2146893043;
            records.Session.SentCertificate = 0;
            records.Session.RemoteCertificate = 0;
            records.Session.OwnTexts = Place(Own);
            records.Session.Connector = Place("Send");
            records.Session.EhloName = Place("\uD83D\uDCE7 \u00D8st");
            records.Session.RemoteHost = new TextSpan { Offset = Place(Own).Offset, Length = 0 };
            records.Session.Messages = new RecordRange { First = 0, Count = 1 };
            records.Message.Recipients = new RecordRange { First = 0, Count = 1 };
            records.Message.Outcome = 2;
            records.Recipient.Address = AbsentText;
            records.Recipient.Reply = Place("550 5.7.64 no");
            records.Recipient.Rejection = RelayDenied();
            var certificate = new CertificateRecord
            {
                Subject = Place("CN=A"),
                Issuer = AbsentText,
                SerialNumber = AbsentText,
                Thumbprint = AbsentText,
                DnsNames = new RecordRange { First = 0, Count = 1 },
            };
            var name = new NameRecord { Name = Place("*.contoso.com") };
            fixed (char* text = Block)
            {
                records.Batch = new Batch
                {
                    Text = text,
                    TextLength = (ulong)Block.Length,
                    Sessions = (byte*)&records.Session,
                    SessionCount = 1,
                    SessionStride = (uint)sizeof(SessionRecord),
                    Messages = (byte*)&records.Message,
                    MessageCount = 1,
                    MessageStride = (uint)sizeof(MessageRecord),
                    Recipients = (byte*)&records.Recipient,
                    RecipientCount = 1,
                    RecipientStride = (uint)sizeof(RecipientRecord),
                    Certificates = (byte*)&certificate,
                    CertificateCount = 1,
                    CertificateStride = (uint)sizeof(CertificateRecord),
                    Names = (byte*)&name,
                    NameCount = 1,
                    NameStride = (uint)sizeof(NameRecord),
                };
                if (change != null)
                {
                    change(&records);
                }
                return new BatchReader(records.Batch, Names()).Sessions()[0];
            }
        }

        private static SessionRecord EmptySession()
        {
            object record = new SessionRecord { SentCertificate = Absent, RemoteCertificate = Absent };
            foreach (FieldInfo field in typeof(SessionRecord).GetFields())
            {
                // Its own texts are a piece of the block, which is never absent.
                if (field.FieldType == typeof(TextSpan) && field.Name != "OwnTexts")
                {
                    field.SetValue(record, AbsentText);
                }
            }
            return (SessionRecord)record;
        }

        private static MessageRecord EmptyMessage()
        {
            return new MessageRecord
            {
                MailFrom = AbsentText,
                RecordId = AbsentText,
                InternetMessageId = AbsentText,
                Reply = AbsentText,
            };
        }

        private static TextSpan Place(string text)
        {
            int start = Block.IndexOf(text, StringComparison.Ordinal);
            Checks.True(start >= 0, "the block has no '" + text + "'");
            return new TextSpan { Offset = (uint)start, Length = (uint)text.Length };
        }

        private static uint RelayDenied()
        {
            return Names().NumberOf(ValueKind.RejectionClass, "RelayDenied");
        }

        private static ValueNames Names()
        {
            return Library.Native.Names;
        }
    }
}
