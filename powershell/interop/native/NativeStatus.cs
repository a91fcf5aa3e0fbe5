namespace EopRelay
{
    /// <summary>The statuses EOP_... of include/eop_relay.h that are looked at, and what errors of them are called.</summary>
    internal static class NativeStatus
    {
        internal const int Ok = 0;
        internal const int End = 1;
        internal const int InvalidArgument = 101;
        internal const int InvalidPattern = 104;
        internal const int InvalidThumbprint = 105;
        internal const int CertificateNotFound = 107;
        internal const int WrongPassword = 108;
        internal const int NotOneCertificate = 109;
        internal const int Poisoned = 204;
        internal const int StateInUse = 500;
        internal const int StateDamaged = 501;
        internal const int StateUnusable = 502;
        internal const int StateNotAtEnd = 503;

        internal static string IdOf(int status)
        {
            switch (status)
            {
                case InvalidPattern:
                    return "InvalidPattern";
                case InvalidThumbprint:
                    return "InvalidThumbprint";
                case CertificateNotFound:
                    return "CertificateNotFound";
                case NotOneCertificate:
                    return "NotOneCertificate";
                case StateInUse:
                    return "StateInUse";
                case StateDamaged:
                    return "StateDamaged";
                case StateUnusable:
                    return "StateUnusable";
                case StateNotAtEnd:
                    return "StateNotAtEnd";
                default:
                    return IsDefect(status) ? "NativeLibraryDefect" : "NativeLibraryRefused";
            }
        }

        internal static string CategoryOf(int status)
        {
            switch (status)
            {
                case CertificateNotFound:
                    return "ObjectNotFound";
                case StateInUse:
                    return "ResourceBusy";
                case StateDamaged:
                    return "InvalidData";
                case StateUnusable:
                    return "ResourceUnavailable";
                case StateNotAtEnd:
                    return "InvalidOperation";
            }
            return IsOfCaller(status) ? "InvalidArgument" : "InvalidResult";
        }

        // EOP_PANIC and the other defects of the library have numbers from 300 to 399.
        private static bool IsDefect(int status)
        {
            return status == Poisoned || (status >= 300 && status < 400);
        }

        private static bool IsOfCaller(int status)
        {
            return status >= 100 && status < 200;
        }
    }
}
