using System;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;

namespace EopRelay
{
    /// <summary>
    /// A probe on its way: the socket of a dialogue that the native library leads up to RCPT TO. Nothing is
    /// ever submitted. It waits for a fraction of a second at a time, so that Ctrl+C ends it at once.
    /// </summary>
    public sealed class Probe : NativeHandle
    {
        private const int WaitMilliseconds = 200;
        private const uint Connecting = 1;
        private const uint Connected = 2;
        private const uint NotConnected = 3;
        private const uint Received = 4;
        private const uint Closed = 5;
        private const uint Broken = 6;
        private const uint TimedOut = 7;

        private readonly Stopwatch clock = Stopwatch.StartNew();
        private readonly byte[] buffer = new byte[16384];
        private readonly ProbePlan plan;
        private readonly IPAddress source;
        private readonly string server;
        private Socket socket;
        private IAsyncResult connecting;
        private long deadline;
        private bool isOver;

        internal Probe(NativeFunctions native, Request question, Request evidence, string source)
            : base(native)
        {
            if (!string.IsNullOrEmpty(source) && !IPAddress.TryParse(source, out this.source))
            {
                throw new EopRelayException(
                    "InvalidAddress", "InvalidArgument", "'" + source + "' is no IP address of this computer.");
            }
            server = evidence.TextOf("Server");
            string outer = question.ToJson();
            string request = outer.Substring(0, outer.Length - 1) + ",\"Evidence\":" + evidence.ToEvidence() + "}";
            string json;
            Handle = native.OpenProbe(request, out json);
            plan = JsonMapper.Read<ProbePlan>(json);
        }

        /// <summary>Why that certificate is shown, where Exchange would choose it.</summary>
        public string Reason
        {
            get { return plan.Reason; }
        }

        /// <summary>What ended it before its end, or <c>null</c>: a defect, not the other side.</summary>
        public EopRelayException Error { get; private set; }

        /// <summary>Goes on for a fraction of a second; <c>false</c> when the dialogue is over.</summary>
        public bool TryAdvance()
        {
            object answer = Interop.Attempt(() => Advance());
            Error = answer as EopRelayException;
            return Error == null && (bool)answer;
        }

        /// <summary>What it came to; once.</summary>
        /// <returns>A <see cref="ProbeResult"/>, or what went wrong.</returns>
        public object Result()
        {
            return Interop.Attempt(() =>
            {
                Enter();
                try
                {
                    ProbeResult result = JsonMapper.Read<ProbeResult>(Native.ProbeOutcome(Handle, clock.Elapsed.Ticks));
                    result.Take(SessionOf(result));
                    return result;
                }
                finally
                {
                    Leave();
                }
            });
        }

        internal override void FreeHandle()
        {
            if (socket != null)
            {
                socket.Close();
            }
            Native.FreeProbe(Handle);
        }

        internal override void CancelHandle()
        {
        }

        private bool Advance()
        {
            Enter();
            try
            {
                if (isOver)
                {
                    return false;
                }
                try
                {
                    Go();
                }
                catch (SocketException exception)
                {
                    Fail(exception);
                }
                return !isOver;
            }
            finally
            {
                Leave();
            }
        }

        private void Go()
        {
            if (socket == null)
            {
                Connect();
            }
            else if (connecting == null)
            {
                Converse();
            }
            else if (connecting.AsyncWaitHandle.WaitOne(WaitMilliseconds))
            {
                socket.EndConnect(connecting);
                connecting = null;
                Happens(Connected, socket.LocalEndPoint + " " + socket.RemoteEndPoint, 0);
            }
            else
            {
                LookAtClock();
            }
        }

        private void Connect()
        {
            var end = new IPEndPoint(AddressOf(plan.Host), (int)plan.Port);
            socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            Happens(Connecting, end.ToString(), 0);
            if (source != null)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }
            connecting = socket.BeginConnect(end, null, null);
        }

        /// <summary>The first address of the family of the source, else IPv4 first.</summary>
        private IPAddress AddressOf(string host)
        {
            IPAddress[] found = Dns.GetHostAddresses(host.TrimEnd('.'));
            AddressFamily family = source == null ? AddressFamily.InterNetwork : source.AddressFamily;
            IPAddress address = Array.Find(found, one => one.AddressFamily == family);
            if (address == null && source == null && found.Length > 0)
            {
                address = found[0];
            }
            if (address == null)
            {
                throw new SocketException((int)SocketError.HostNotFound);
            }
            return address;
        }

        private void Converse()
        {
            if (!socket.Poll(WaitMilliseconds * 1000, SelectMode.SelectRead))
            {
                LookAtClock();
                return;
            }
            int count = socket.Receive(buffer);
            Happens(count == 0 ? Closed : Received, null, count);
        }

        private void LookAtClock()
        {
            if (clock.Elapsed.Ticks >= deadline)
            {
                Happens(TimedOut, null, 0);
            }
        }

        private void Fail(SocketException exception)
        {
            if (connecting != null || !HasConnection())
            {
                connecting = null;
                // On every system these are the numbers of Winsock.
                Happens(NotConnected, (int)exception.SocketErrorCode + " " + exception.Message, 0);
            }
            else
            {
                Happens(Broken, exception.Message, 0);
            }
        }

        private bool HasConnection()
        {
            return socket != null && socket.Connected;
        }

        private void Happens(uint kind, string text, int count)
        {
            ProbeOutput output = Native.ProbeEvent(Handle, kind, clock.Elapsed.Ticks, text, buffer, count);
            deadline = output.Deadline;
            isOver = deadline < 0;
            if (output.Bytes.Length > 0)
            {
                Send(output.Bytes);
            }
            if (isOver && socket != null)
            {
                socket.Close();
            }
        }

        private void Send(byte[] bytes)
        {
            try
            {
                socket.SendTimeout = 10000;
                for (int sent = 0; sent < bytes.Length;)
                {
                    sent += socket.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
                }
            }
            catch (SocketException exception)
            {
                if (!isOver)
                {
                    Happens(Broken, exception.Message, 0);
                }
            }
        }

        /// <summary>The session of the log, read as any other.</summary>
        private Session SessionOf(ProbeResult result)
        {
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllText(path, result.LogText);
                var query = new SessionQuery();
                query.Add(LogLocation.OfPath(path, false, server));
                using (SessionReader reader = Library.OpenSessions(query))
                {
                    Session session = null;
                    while (session == null && reader.ReadBatch())
                    {
                        session = reader.Sessions.Length == 0 ? null : reader.Sessions[0];
                    }
                    if (session != null)
                    {
                        session.LogPath = result.Log;
                    }
                    return session;
                }
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>What eop_probe_open says of a plan.</summary>
    internal sealed class ProbePlan
    {
        public string Host { get; internal set; }

        public long Port { get; internal set; }

        public string Reason { get; internal set; }
    }
}
