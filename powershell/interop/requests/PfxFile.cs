using System;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EopRelay
{
    /// <summary>
    /// The certificate of a PFX (PKCS #12) file, opened by .NET: neither password nor private key goes
    /// to the native library.
    /// </summary>
    internal static class PfxFile
    {
        // X509KeyStorageFlags.EphemeralKeySet, since .NET Framework 4.7.2: the key stays in memory.
        private const int EphemeralKeySet = 32;

        // The version of a PFX, INTEGER 3 (RFC 7292, section 4); no certificate begins so.
        private static readonly byte[] Version = { 0x02, 0x01, 0x03 };

        /// <summary>Whether the content of a file is a PFX, whatever the file is called.</summary>
        internal static bool IsPfx(byte[] content)
        {
            const byte Sequence = 0x30;
            if (content.Length < 2 || content[0] != Sequence)
            {
                return false;
            }
            int start = 2 + (content[1] > 0x80 ? content[1] - 0x80 : 0);
            for (int index = 0; index < Version.Length; index++)
            {
                if (start + index >= content.Length || content[start + index] != Version[index])
                {
                    return false;
                }
            }
            return true;
        }

        /// <summary>The DER of the certificate that has the private key.</summary>
        /// <exception cref="EopRelayException">The password is wrong, or the file is damaged.</exception>
        internal static byte[] ReadCertificate(string path, byte[] content, SecureString password)
        {
            X509KeyStorageFlags flags = Enum.IsDefined(typeof(X509KeyStorageFlags), EphemeralKeySet)
                ? (X509KeyStorageFlags)EphemeralKeySet
                : X509KeyStorageFlags.DefaultKeySet;
            using (var empty = new SecureString())
            {
                X509Certificate2 certificate = null;
                try
                {
                    certificate = new X509Certificate2(content, password ?? empty, flags);
                    return certificate.RawData;
                }
                catch (CryptographicException exception)
                {
                    throw new EopRelayException(
                        "PfxNotOpened",
                        password == null ? "AuthenticationError" : "InvalidData",
                        "The PFX file '" + path + "' cannot be opened: " + exception.Message.Trim() + " "
                            + (password == null
                                ? "Give its password with -Password (Read-Host -AsSecureString)."
                                : "Check the password."),
                        0,
                        exception);
                }
                finally
                {
                    if (certificate != null)
                    {
                        // Without PersistKeySet this removes the key's file where one was written.
                        certificate.Reset();
                    }
                }
            }
        }
    }
}
