using System;
using System.Runtime.InteropServices;

namespace EopRelay
{
    // The structs of include/eop_relay.h, under the names of the header: eop_session_record is
    // SessionRecord, its member start_time is StartTime. A test compares sizes and offsets.

    [StructLayout(LayoutKind.Sequential)]
    internal struct TextSpan
    {
        public uint Offset;
        public uint Length;

        public bool IsAbsent
        {
            get { return Offset == uint.MaxValue; }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct RecordRange
    {
        public uint First;
        public uint Count;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct SessionRecord
    {
        public long StartTime;
        public long EndTime;
        public ulong Line;
        public ulong RowCount;
        public uint LogType;
        public uint TlsStatus;
        public uint Outcome;
        public uint Rejection;
        public int IsEop;
        public int StartTlsOffered;
        public int Complete;
        public int TlsErrorCodeKnown;
        public int TlsErrorCode;
        public uint SentCertificate;
        public uint RemoteCertificate;
        public uint Reserved;
        public TextSpan Server;
        public TextSpan LogPath;
        public TextSpan OwnTexts;
        public TextSpan Connector;
        public TextSpan SessionId;
        public TextSpan ProxySessionId;
        public TextSpan LocalEndpoint;
        public TextSpan RemoteEndpoint;
        public TextSpan RemoteHost;
        public TextSpan EhloName;
        public TextSpan PublicIpAddress;
        public TextSpan TlsProtocol;
        public TextSpan TlsCipher;
        public TextSpan TlsError;
        public TextSpan Reply;
        public RecordRange Messages;
        public RecordRange Notes;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageRecord
    {
        public TextSpan MailFrom;
        public TextSpan RecordId;
        public TextSpan InternetMessageId;
        public TextSpan Reply;
        public RecordRange Recipients;
        public uint Outcome;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct RecipientRecord
    {
        public TextSpan Address;
        public TextSpan Reply;
        public uint Rejection;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CertificateRecord
    {
        public long NotBefore;
        public long NotAfter;
        public TextSpan Subject;
        public TextSpan Issuer;
        public TextSpan SerialNumber;
        public TextSpan Thumbprint;
        public RecordRange DnsNames;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NameRecord
    {
        public TextSpan Name;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NoteRecord
    {
        public uint Code;
        public uint Reserved;
        public TextSpan Message;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NoticeRecord
    {
        public uint Code;
        public uint Severity;
        public int OsErrorKnown;
        public int OsError;
        public ulong Line;
        public ulong Offset;
        public ulong Count;
        public TextSpan Path;
        public TextSpan Message;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Batch
    {
        public uint StructSize;
        public uint Reserved;
        public char* Text;
        public ulong TextLength;
        public byte* Sessions;
        public uint SessionCount;
        public uint SessionStride;
        public byte* Messages;
        public uint MessageCount;
        public uint MessageStride;
        public byte* Recipients;
        public uint RecipientCount;
        public uint RecipientStride;
        public byte* Certificates;
        public uint CertificateCount;
        public uint CertificateStride;
        public byte* Names;
        public uint NameCount;
        public uint NameStride;
        public byte* Notes;
        public uint NoteCount;
        public uint NoteStride;
        public byte* Notices;
        public uint NoticeCount;
        public uint NoticeStride;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Utf16
    {
        public char* Text;
        public UIntPtr Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct LogInput
    {
        public Utf16 Path;
        public Utf16 Server;
        public uint Flags;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct SessionQueryOptions
    {
        public uint StructSize;
        public uint Flags;
        public LogInput* Inputs;
        public uint InputCount;
        public uint InputStride;
        public Utf16 Connector;
        public Utf16 RemoteHost;
        public Utf16 Thumbprint;
        public long Start;
        public long End;
        public uint* Outcomes;
        public uint OutcomeCount;
        public uint Threads;
        public Utf16 StatePath;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct ChainFile
    {
        public byte* Bytes;
        public UIntPtr Length;
        public Utf16 Name;
        public uint Role;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct ChainQuery
    {
        public uint StructSize;
        public uint Flags;
        public ChainFile* Files;
        public uint FileCount;
        public uint FileStride;
        public long At;
        public Utf16 ExpectedName;
        public uint Profile;
        public uint WarningDays;
        public ulong Cancellation;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct EvidenceQuery
    {
        public uint StructSize;
        public uint Kind;
        public LogInput* Inputs;
        public uint InputCount;
        public uint InputStride;
        public Utf16 Text;
        public Utf16 Thumbprint;
        public long Start;
        public long End;
        public uint Flags;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Progress
    {
        public const int PathCapacity = 1024;

        public uint StructSize;
        public uint PathLength;
        public ulong BytesRead;
        public ulong BytesTotal;
        public ulong FilesRead;
        public ulong FilesTotal;
        public fixed char Path[PathCapacity];
        public ulong LeftOutByTime;
        public ulong LeftOutByOutcome;
        public ulong LeftOutByThumbprint;
        public ulong LeftOutByEopOnly;
        public ulong LeftOutByConnector;
        public ulong LeftOutByRemoteHost;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Error
    {
        public const int MessageCapacity = 512;
        public const int PathCapacity = 1024;

        public uint StructSize;
        public int Code;
        public int OsError;
        public uint MessageLength;
        public uint PathLength;
        public uint Reserved;
        public ulong Line;
        public ulong Offset;
        public fixed char Message[MessageCapacity];
        public fixed char Path[PathCapacity];
    }
}
