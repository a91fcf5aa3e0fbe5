namespace EopRelay.Benchmarks
{
    /// <summary>Reads everything that a session says, as a script that prints all of it does.</summary>
    internal static class FullReading
    {
        private static long read;

        internal static void Of(Session session)
        {
            Take(session.LogType);
            Take(session.Server);
            Take(session.LogPath);
            Take(session.Line);
            Take(session.StartTime.Ticks);
            Take(session.EndTime.Ticks);
            Take(session.Connector);
            Take(session.SessionId);
            Take(session.ProxySessionId);
            Take(session.LocalEndpoint);
            Take(session.RemoteEndpoint);
            Take(session.RemoteHost);
            Take(session.EhloName);
            Take(session.PublicIPAddress);
            Take(session.IsEop == true ? 1 : 0);
            Take(session.StartTlsOffered == true ? 1 : 0);
            Take(session.TlsStatus);
            Take(session.TlsProtocol);
            Take(session.TlsCipher);
            Take(session.TlsError);
            Take(session.TlsErrorCode.GetValueOrDefault());
            Of(session.SentCertificate);
            Of(session.RemoteCertificate);
            Take(session.SentThumbprint);
            Take(session.SentSubject);
            foreach (Message message in session.Messages)
            {
                Of(message);
            }
            Take(session.Reply);
            Take(session.Rejection);
            Take(session.Outcome);
            Take(session.Complete ? 1 : 0);
            Take(session.RowCount);
            Of(session.Notes);
        }

        private static void Of(Message message)
        {
            Take(message.MailFrom);
            Take(message.RecordId);
            Take(message.InternetMessageId);
            Take(message.Reply);
            Take(message.Outcome);
            foreach (Recipient recipient in message.Recipients)
            {
                Take(recipient.Address);
                Take(recipient.Reply);
                Take(recipient.Rejection);
            }
        }

        private static void Of(LoggedCertificate certificate)
        {
            if (certificate != null)
            {
                Take(certificate.Subject);
                Take(certificate.Issuer);
                Take(certificate.SerialNumber);
                Take(certificate.Thumbprint);
                Take(certificate.NotBefore.GetValueOrDefault().Ticks);
                Take(certificate.NotAfter.GetValueOrDefault().Ticks);
                Of(certificate.DnsNames);
            }
        }

        private static void Of(string[] texts)
        {
            foreach (string text in texts)
            {
                Take(text);
            }
        }

        private static void Take(string text)
        {
            if (text != null)
            {
                // A character, so that no compiler leaves the reading out.
                Take(text.Length == 0 ? 0 : text[text.Length - 1]);
            }
        }

        private static void Take(long number)
        {
            read += number;
        }
    }
}
