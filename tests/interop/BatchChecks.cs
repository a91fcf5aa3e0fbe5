using System;

namespace EopRelay.Tests
{
    /// <summary>A batch made by hand becomes objects; one that contradicts itself an error.</summary>
    internal static unsafe class BatchChecks
    {
        private const uint Absent = uint.MaxValue;
        private const string Block = "Send*.contoso.comCN=A550 5.7.64 no";
        private static readonly TextSpan AbsentText = new TextSpan { Offset = Absent };

        private delegate void Change(ref Batch batch, ref SessionRecord session, ref MessageRecord message);

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
            Contradicts(checks, "a text beyond the block", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                session.Connector = new TextSpan { Offset = (uint)Block.Length - 1, Length = 2 });
            Contradicts(checks, "a text whose end overflows 32 bits", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                session.Connector = new TextSpan { Offset = Absent - 1, Length = 3 });
            Contradicts(checks, "messages beyond their array", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                session.Messages = new RecordRange { First = 1, Count = 1 });
            Contradicts(checks, "recipients whose range overflows 32 bits", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                message.Recipients = new RecordRange { First = Absent, Count = 2 });
            Contradicts(checks, "notes beyond their array", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                session.Notes = new RecordRange { First = 0, Count = 1 });
            Contradicts(checks, "a certificate beyond its array", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                session.SentCertificate = 1);
            Contradicts(checks, "a stride smaller than the record", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                batch.SessionStride = (uint)sizeof(SessionRecord) - 8);
            Contradicts(checks, "a time that DateTime cannot hold", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                session.EndTime = long.MaxValue);
            Contradicts(checks, "a time before all times", (ref Batch batch, ref SessionRecord session, ref MessageRecord message) =>
                session.StartTime = -1);
        }

        private static void BecomesObjects()
        {
            Session session = Read(null);
            Checks.Equal("Send", session.LogType);
            Checks.Equal("Send", session.Connector);
            Checks.Equal("", session.RemoteHost);
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
            SessionRecord session = EmptySession();
            session.StartTime = new DateTime(2026, 11, 15, 1, 2, 3).Ticks;
            session.LogType = 1;
            session.TlsStatus = 4;
            session.Outcome = 3;
            session.Rejection = RelayDenied();
            session.IsEop = 2;
            session.Complete = 1;
            session.TlsErrorCodeKnown = 2;
            session.TlsErrorCode = -2146893043;
            session.SentCertificate = 0;
            session.RemoteCertificate = 0;
            session.Connector = Place("Send");
            session.RemoteHost = new TextSpan { Offset = 0, Length = 0 };
            session.Messages = new RecordRange { First = 0, Count = 1 };
            var message = new MessageRecord
            {
                MailFrom = AbsentText,
                RecordId = AbsentText,
                InternetMessageId = AbsentText,
                Reply = AbsentText,
                Recipients = new RecordRange { First = 0, Count = 1 },
                Outcome = 2,
            };
            var recipient = new RecipientRecord { Address = AbsentText, Reply = Place("550 5.7.64 no"), Rejection = RelayDenied() };
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
                var batch = new Batch
                {
                    Text = text,
                    TextLength = (ulong)Block.Length,
                    Sessions = (byte*)&session,
                    SessionCount = 1,
                    SessionStride = (uint)sizeof(SessionRecord),
                    Messages = (byte*)&message,
                    MessageCount = 1,
                    MessageStride = (uint)sizeof(MessageRecord),
                    Recipients = (byte*)&recipient,
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
                    change(ref batch, ref session, ref message);
                }
                return new BatchReader(batch, Names()).Sessions()[0];
            }
        }

        private static SessionRecord EmptySession()
        {
            return new SessionRecord
            {
                SentCertificate = Absent,
                RemoteCertificate = Absent,
                Server = AbsentText,
                LogPath = AbsentText,
                Connector = AbsentText,
                SessionId = AbsentText,
                ProxySessionId = AbsentText,
                LocalEndpoint = AbsentText,
                RemoteEndpoint = AbsentText,
                RemoteHost = AbsentText,
                EhloName = AbsentText,
                PublicIpAddress = AbsentText,
                TlsProtocol = AbsentText,
                TlsCipher = AbsentText,
                TlsError = AbsentText,
                Reply = AbsentText,
            };
        }

        private static TextSpan Place(string text)
        {
            return new TextSpan { Offset = (uint)Block.IndexOf(text, StringComparison.Ordinal), Length = (uint)text.Length };
        }

        private static uint RelayDenied()
        {
            return Names().NumberOf(ValueKind.RejectionClass, "RelayDenied");
        }

        private static ValueNames Names()
        {
            return new ValueNames(Interop.Native);
        }
    }
}
