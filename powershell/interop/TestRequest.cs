using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Security;
using System.Text;

namespace EopRelay
{
    /// <summary>
    /// What Test-EopRelayCertificate and Get-EopRelayCertificate are given, on its way to the native library. Objects are texts,
    /// numbers, flags, times, bytes, and lists and dictionaries of these.
    /// </summary>
    public sealed class TestRequest
    {
        private readonly Dictionary<string, ObjectList> lists = new Dictionary<string, ObjectList>();
        private readonly List<string> thumbprints = new List<string>();

        private readonly List<string> warnings = new List<string>();

        internal TestRequest()
        {
        }

        /// <summary>How many sessions, certificates and errors there are to judge.</summary>
        public int SubjectCount
        {
            get
            {
                return CountOf("Sessions") + CountOf("Certificates") + CountOf("CertificateFiles")
                    + CountOf("QueueErrors") + CountOf("QueueErrorFiles") + thumbprints.Count;
            }
        }

        /// <summary>What was left out of what was given, in words.</summary>
        public IList<string> Warnings
        {
            get { return warnings; }
        }

        /// <summary>
        /// Whether this computer's certificate stores are evidence too: LocalMachine\My where no installed
        /// certificates are given, CA where no intermediates are, and Root.
        /// </summary>
        public bool UseMachineStores { get; set; }

        /// <summary>The address that Exchange Online Protection sees; empty = as the log tells.</summary>
        public string SourceIPAddress { get; set; }

        /// <summary>The envelope sender to judge, &lt;&gt; for the null sender; empty = as the log tells.</summary>
        public string MailFrom { get; set; }

        /// <summary>The recipients' domain to judge; empty = all.</summary>
        public string RecipientDomain { get; set; }

        /// <summary>
        /// The server of installed certificates and of sessions that do not tell theirs themselves; empty
        /// = not known.
        /// </summary>
        public string Server { get; set; }

        /// <summary>The time of the judgement; without a zone it is local time. Default: now.</summary>
        public DateTime? At { get; set; }

        /// <summary>Days before its expiry from which a certificate is warned about.</summary>
        public int? WarningDays { get; set; }

        /// <summary>Adds a session: a <see cref="Session"/>, or the members of what is left of one.</summary>
        public void AddSession(object session)
        {
            Add("Sessions", session);
        }

        /// <summary>
        /// Says that sessions were looked for, be it that none was found: nothing found is a finding.
        /// </summary>
        public void ExpectSessions()
        {
            ListOf("Sessions");
        }

        /// <summary>Adds a certificate to judge: an object with RawData.</summary>
        public void AddCertificate(IDictionary certificate)
        {
            Add("Certificates", certificate);
        }

        /// <summary>Adds the installed certificate with that thumbprint to what is judged.</summary>
        public void AddThumbprint(string thumbprint)
        {
            thumbprints.Add(thumbprint);
        }

        /// <summary>Adds an inbound connector of Exchange Online.</summary>
        public void AddInboundConnector(IDictionary connector)
        {
            Add("InboundConnectors", connector);
        }

        /// <summary>Adds an accepted domain: an object, or the domain as text.</summary>
        /// <exception cref="EopRelayException">The text is the name of a file.</exception>
        public void AddAcceptedDomain(object domain)
        {
            var name = domain as string;
            if (name != null && IsExport(name.Trim()))
            {
                throw new EopRelayException(
                    "InputNotRecognized",
                    "InvalidType",
                    "'" + name + "' is the name of a file. Give what is in it: -AcceptedDomain (Import-Clixml '" + name + "').");
            }
            Add(
                "AcceptedDomains",
                name == null ? domain : new Dictionary<string, object> { { "DomainName", name.Trim() } });
        }

        /// <summary>Adds a send connector.</summary>
        public void AddSendConnector(IDictionary connector)
        {
            Add("SendConnectors", connector);
        }

        /// <summary>Adds a certificate that is installed on the server.</summary>
        public void AddInstalledCertificate(IDictionary certificate)
        {
            Add("InstalledCertificates", certificate);
        }

        /// <summary>
        /// Adds logs of the Hybrid Configuration Wizard: a file, a folder, a profile or a folder of profiles.
        /// </summary>
        /// <exception cref="EopRelayException">There is none, or one cannot be read.</exception>
        public void AddHybridLogPath(string path)
        {
            foreach (string file in HybridLogFolder.FilesOf(path, warnings))
            {
                Add("HybridLogFiles", FileOf(file, ReadFile(file, "HybridLog")));
            }
        }

        /// <summary>Adds an error: a text, or the members of a queue, a message or a tracking event.</summary>
        public void AddQueueError(object error)
        {
            Add("QueueErrors", error);
        }

        /// <summary>Adds a file with an NDR, or with exported queues, messages or events.</summary>
        /// <exception cref="EopRelayException">It cannot be read.</exception>
        public void AddQueueErrorFile(string path)
        {
            Add("QueueErrorFiles", FileOf(path, ReadFile(path, "ErrorFile")));
        }

        /// <summary>Adds a file with a certificate to judge: cer, pem, p7b or pfx.</summary>
        /// <param name="path">Its full path.</param>
        /// <param name="password">That of a pfx; it does not leave this assembly. May be <c>null</c>.</param>
        /// <exception cref="EopRelayException">It cannot be read.</exception>
        public void AddCertificateFile(string path, SecureString password)
        {
            byte[] content = ReadFile(path);
            Add("CertificateFiles", FileOf(path, PfxFile.IsPfx(content) ? PfxFile.ReadCertificate(path, content, password) : content));
        }

        /// <summary>Adds a file with intermediates that the server has.</summary>
        /// <exception cref="EopRelayException">It cannot be read.</exception>
        public void AddIntermediateFile(string path)
        {
            Add("IntermediateFiles", FileOf(path, ReadFile(path)));
        }

        /// <summary>Adds a file with roots that are trusted beside the built-in list.</summary>
        /// <exception cref="EopRelayException">It cannot be read.</exception>
        public void AddRootFile(string path)
        {
            Add("RootFiles", FileOf(path, ReadFile(path)));
        }

        /// <summary>Adds a file with the CAPI2 log of the server: exported XML, or .evtx.</summary>
        /// <exception cref="EopRelayException">It cannot be read.</exception>
        public void AddChainEventFile(string path)
        {
            Add("ChainEventFiles", FileOf(path, ReadFile(path, "ChainEventFile")));
        }

        /// <summary>
        /// Adds what the CAPI2 log tells: the text of an event, a <see cref="ChainEvent"/>, or the members
        /// of what is left of one.
        /// </summary>
        public void AddChainEvent(object chainEvent)
        {
            Add("ChainEvents", chainEvent);
        }

        /// <summary>Says that the CAPI2 log was looked at, be it that nothing was found in it.</summary>
        public void ExpectChainEvents()
        {
            ListOf("ChainEvents");
        }

        /// <summary>
        /// Whether there is what tells which certificate Exchange would send, be there sessions or not.
        /// </summary>
        internal bool CanPredict
        {
            get { return CountOf("SendConnectors") > 0 && (UseMachineStores || CountOf("InstalledCertificates") > 0); }
        }

        /// <summary>The same request, as if no sessions had been looked for.</summary>
        internal TestRequest WithoutSessions()
        {
            var other = new TestRequest
            {
                SourceIPAddress = SourceIPAddress,
                MailFrom = MailFrom,
                RecipientDomain = RecipientDomain,
                Server = Server,
                UseMachineStores = UseMachineStores,
                At = At,
                WarningDays = WarningDays,
            };
            other.thumbprints.AddRange(thumbprints);
            foreach (KeyValuePair<string, ObjectList> list in lists)
            {
                if (list.Key != "Sessions")
                {
                    other.lists.Add(list.Key, list.Value);
                }
            }
            return other;
        }

        /// <summary>The request as eop_test and eop_certificates take it.</summary>
        internal string ToJson()
        {
            var json = new StringBuilder("{\"WarningDays\":");
            JsonWriter.Write(json, WarningDays);
            Append(json, "At", At == null ? null : JsonWriter.Utc(At.Value));
            Append(json, "SourceIPAddress", SourceIPAddress);
            Append(json, "MailFrom", MailFrom);
            Append(json, "RecipientDomain", RecipientDomain);
            Append(json, "Server", Server);
            Append(json, "Thumbprints", thumbprints);
            Append(json, "UseMachineStores", UseMachineStores);
            foreach (KeyValuePair<string, ObjectList> list in lists)
            {
                json.Append(",\"").Append(list.Key).Append("\":");
                list.Value.AppendTo(json);
            }
            return json.Append('}').ToString();
        }

        /// <summary>Whether a text ends as the names of exports do: no top-level domain is called so.</summary>
        private static bool IsExport(string text)
        {
            return Array.Exists(
                new[] { ".xml", ".clixml", ".json", ".csv", ".txt" },
                extension => text.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
        }

        private static void Append(StringBuilder json, string name, object value)
        {
            if (value == null || (value as string) == "")
            {
                return;
            }
            json.Append(",\"").Append(name).Append("\":");
            JsonWriter.Write(json, value);
        }

        private static byte[] ReadFile(string path)
        {
            return ReadFile(path, "CertificateFile");
        }

        private static byte[] ReadFile(string path, string kind)
        {
            try
            {
                return File.ReadAllBytes(path);
            }
            catch (SystemException exception)
            {
                bool isMissing = exception is FileNotFoundException || exception is DirectoryNotFoundException;
                throw new EopRelayException(
                    kind + (isMissing ? "NotFound" : "Unreadable"),
                    isMissing ? "ObjectNotFound" : "ReadError",
                    "The file '" + path + "' cannot be read: " + exception.Message + " Check the path and the permissions.",
                    0,
                    exception);
            }
        }

        private static Dictionary<string, object> FileOf(string path, byte[] content)
        {
            return new Dictionary<string, object> { { "Path", path }, { "Content", content } };
        }

        private int CountOf(string name)
        {
            ObjectList list;
            return lists.TryGetValue(name, out list) ? list.Count : 0;
        }

        private void Add(string name, object value)
        {
            ListOf(name).Add(value);
        }

        private ObjectList ListOf(string name)
        {
            ObjectList list;
            if (!lists.TryGetValue(name, out list))
            {
                list = new ObjectList();
                lists.Add(name, list);
            }
            return list;
        }

        /// <summary>
        /// Objects as JSON, each on a line of its own: the native library names an object by its line.
        /// Written at once, so that sessions need not be kept.
        /// </summary>
        private sealed class ObjectList
        {
            private readonly StringBuilder json = new StringBuilder();

            internal int Count { get; private set; }

            internal void Add(object value)
            {
                if (Count > 0)
                {
                    json.Append(",\n");
                }
                JsonWriter.Write(json, value);
                Count++;
            }

            internal void AppendTo(StringBuilder target)
            {
                target.Append('[').Append(json.ToString()).Append(']');
            }
        }
    }
}
