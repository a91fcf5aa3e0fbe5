using System;
using System.Collections.Generic;
using System.IO;
using System.Security;
using System.Text;

namespace EopRelay
{
    /// <summary>
    /// What a cmdlet gives the native library: members by the names that eop_test, eop_certificates and
    /// eop_resolve_errors document, which check them. A member is one value, or a list of objects: texts,
    /// numbers, flags, times, bytes, objects of this assembly, and lists and dictionaries of these.
    /// </summary>
    public sealed class Request
    {
        private static readonly string[] Certificates = { "CertificateFiles", "Certificates", "Thumbprints" };

        private readonly Dictionary<string, object> values = new Dictionary<string, object>();
        private readonly Dictionary<string, ObjectList> lists = new Dictionary<string, ObjectList>();
        private readonly List<string> warnings = new List<string>();
        private readonly List<string> unreadable = new List<string>();

        internal Request()
        {
        }

        /// <summary>What was left out of what was given, in words.</summary>
        public IList<string> Warnings
        {
            get { return warnings; }
        }

        /// <summary>Gives a value; <c>null</c> and an empty text stand for one that is not given.</summary>
        public void Set(string name, object value)
        {
            if (value != null && !"".Equals(value))
            {
                values[name] = value;
            }
        }

        /// <summary>Adds an object to a list.</summary>
        /// <returns>What kept it from being added, or <c>null</c>.</returns>
        public EopRelayException Add(string list, object value)
        {
            return Interop.Problem(() => ListOf(list).Add(value));
        }

        /// <summary>Adds the members of another request as an object of a list.</summary>
        /// <returns>What kept it from being added, or <c>null</c>.</returns>
        public EopRelayException AddRequest(string list, Request other)
        {
            foreach (string name in other.unreadable)
            {
                AddUnreadable(name, "See the error of this tenant.");
            }
            return Interop.Problem(() => ListOf(list).AddJson(other.Without("Unreadable").ToJson()));
        }

        /// <summary>Says that a list is given, be it empty: nothing found is a finding.</summary>
        public void Expect(string list)
        {
            ListOf(list);
        }

        /// <summary>The characters of its lists.</summary>
        internal int Length
        {
            get
            {
                int length = 0;
                foreach (ObjectList list in lists.Values)
                {
                    length += list.Length;
                }
                return length;
            }
        }

        /// <summary>How many objects these lists have together.</summary>
        public int CountOf(params string[] names)
        {
            int count = 0;
            foreach (string name in names)
            {
                ObjectList list;
                count += lists.TryGetValue(name, out list) ? list.Count : 0;
            }
            return count;
        }

        /// <summary>Adds the content of a file to a list of files.</summary>
        /// <param name="list">The list.</param>
        /// <param name="kind">What its errors are called, such as CertificateFile: CertificateFileNotFound.</param>
        /// <param name="path">The full path.</param>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException AddFile(string list, string kind, string path)
        {
            return Interop.Problem(() => AddContent(list, path, ReadFile(kind, path)));
        }

        /// <summary>Adds a certificate file (cer, pem, p7b or pfx) to a list of files.</summary>
        /// <param name="list">The list.</param>
        /// <param name="path">The full path.</param>
        /// <param name="password">That of a pfx; it opens the file and goes nowhere else. May be <c>null</c>.</param>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException AddCertificateFile(string list, string path, SecureString password)
        {
            return Interop.Problem(() => AddContent(list, path, ReadCertificate(path, password)));
        }

        /// <summary>
        /// Adds logs of the Hybrid Configuration Wizard to a list of files: a file, a folder, a profile or a
        /// folder of profiles.
        /// </summary>
        /// <returns>Why there is none to read, or <c>null</c>.</returns>
        public EopRelayException AddHybridLogs(string list, string path)
        {
            return Interop.Problem(() =>
            {
                foreach (string file in HybridLogFolder.FilesOf(path, warnings))
                {
                    AddContent(list, file, ReadFile("HybridLog", file));
                }
            });
        }

        /// <summary>Sets a member to the content of a file.</summary>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException SetFile(string name, string path)
        {
            return Interop.Problem(() =>
            {
                byte[] content = ReadFile("CertificateFile", path);
                Set(name, new Dictionary<string, object> { { "Path", path }, { "Content", content } });
            });
        }

        /// <summary>Sets a member to a secret, which is in memory as long as the request is.</summary>
        public void SetSecret(string name, SecureString secret)
        {
            Set(name, new System.Net.NetworkCredential(null, secret).Password);
        }

        /// <summary>Says that an input could not be read, so that the answer names it.</summary>
        /// <param name="place">The file, or the parameter with the number of the object.</param>
        /// <param name="message">Why.</param>
        public void AddUnreadable(string place, string message)
        {
            unreadable.Add(place);
            ListOf("Unreadable").Add(new Dictionary<string, object> { { "Path", place }, { "Message", message } });
        }

        /// <summary>Whether an input was given by <see cref="AddUnreadable"/>, and so is written already.</summary>
        public bool IsUnreadable(string place)
        {
            return unreadable.Contains(place);
        }

        /// <summary>
        /// What a report says could not be read, as problems to write; what was given by
        /// <see cref="AddUnreadable"/> is written already.
        /// </summary>
        public EopRelayException[] ProblemsIn(Report report)
        {
            var problems = new List<EopRelayException>();
            foreach (Finding finding in Array.FindAll(report.Findings, one => one.Id == "InputUnreadable"))
            {
                foreach (Evidence evidence in Array.FindAll(finding.Evidence, one => !unreadable.Contains(one.Path)))
                {
                    problems.Add(new EopRelayException("InputUnreadable", "ReadError", evidence.ToString())
                    {
                        TargetObject = evidence.Path,
                    });
                }
            }
            return problems.ToArray();
        }

        /// <summary>A text that was given, or <c>null</c>.</summary>
        internal string TextOf(string name)
        {
            object value;
            return values.TryGetValue(name, out value) ? value as string : null;
        }

        /// <summary>Whether a value was given as true.</summary>
        internal bool IsSet(string name)
        {
            object value;
            return values.TryGetValue(name, out value) && true.Equals(value);
        }

        /// <summary>
        /// The requests that are judged each on its own: one for each certificate where there are
        /// certificates alone, else this one.
        /// </summary>
        internal IEnumerable<Request> Subjects()
        {
            if (CountOf(Certificates) < 2 || CountOf("Sessions", "Logs", "EvidencePaths", "QueueErrors", "QueueErrorFiles") > 0)
            {
                yield return this;
                yield break;
            }
            foreach (string name in Certificates)
            {
                ObjectList list;
                lists.TryGetValue(name, out list);
                for (int index = 0; list != null && index < list.Count; index++)
                {
                    Request subject = this;
                    foreach (string other in Certificates)
                    {
                        subject = subject.Without(other);
                    }
                    subject.lists.Add(name, list.Only(index));
                    yield return subject;
                }
            }
        }

        /// <summary>The same request without one of its lists.</summary>
        internal Request Without(string list)
        {
            var other = new Request();
            other.unreadable.AddRange(unreadable);
            foreach (KeyValuePair<string, object> value in values)
            {
                other.values.Add(value.Key, value.Value);
            }
            foreach (KeyValuePair<string, ObjectList> member in lists)
            {
                if (member.Key != list)
                {
                    other.lists.Add(member.Key, member.Value);
                }
            }
            return other;
        }

        /// <summary>The same request, whose call a cancellation of the library ends.</summary>
        internal Request EndedBy(ulong cancellation)
        {
            Request other = Without(string.Empty);
            other.Set("Cancellation", cancellation);
            return other;
        }

        /// <summary>Evidence as the native library takes it, of which steps name the cmdlets' parameters.</summary>
        internal string ToEvidence()
        {
            Request other = Without(string.Empty);
            other.Set("OptionNames", "PowerShell");
            return other.ToJson();
        }

        /// <summary>The request as the native library takes it.</summary>
        internal string ToJson()
        {
            var json = new StringBuilder();
            foreach (KeyValuePair<string, object> value in values)
            {
                AppendName(json, value.Key);
                JsonWriter.Write(json, value.Value);
            }
            foreach (KeyValuePair<string, ObjectList> list in lists)
            {
                AppendName(json, list.Key);
                list.Value.AppendTo(json);
            }
            return json.Length == 0 ? "{}" : json.Append('}').ToString();
        }

        private static void AppendName(StringBuilder json, string name)
        {
            json.Append(json.Length == 0 ? '{' : ',');
            JsonWriter.WriteText(json, name);
            json.Append(':');
        }

        /// <summary>The content of a certificate file; of a pfx its certificates, without their keys.</summary>
        /// <exception cref="EopRelayException">It cannot be read, or is no certificate.</exception>
        internal static byte[] ReadCertificate(string path, SecureString password)
        {
            byte[] content = ReadFile("CertificateFile", path);
            if (IsProtocolLog(content))
            {
                throw new EopRelayException(
                    "NotACertificate",
                    "InvalidData",
                    "The file '" + path + "' is a protocol log, not a certificate. Give it to -LogPath, or its sessions: "
                        + "Get-SendConnectorTlsSession -LiteralPath '" + path.Replace("'", "''") + "' | Test-EopRelayCertificate.");
            }
            return Library.OpenPfx(path, content, password) ?? content;
        }

        /// <summary>Whether the first characters are those of a log of Exchange or IIS.</summary>
        private static bool IsProtocolLog(byte[] content)
        {
            string beginning = Encoding.UTF8.GetString(content, 0, Math.Min(content.Length, 64)).TrimStart('\uFEFF');
            return Array.Exists(
                new[] { "#Software:", "#Version:", "#Log-type:", "#Fields:" },
                line => beginning.StartsWith(line, StringComparison.Ordinal));
        }

        internal static byte[] ReadFile(string kind, string path)
        {
            if (Directory.Exists(path))
            {
                string message = "'" + path + "' is a folder. Give the files in it: " + Path.Combine(path, "*") + ".";
                throw new EopRelayException(kind + "Unreadable", "ReadError", message) { TargetObject = path };
            }
            if (EndlessFile.IsAt(path))
            {
                string message = "'" + path + "' is a pipe or a device and no file: it might never end. Give its contents as a file.";
                throw new EopRelayException(kind + "Unreadable", "ReadError", message) { TargetObject = path };
            }
            try
            {
                // Whoever writes it may go on: the wizard keeps its log open.
                using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
                using (var content = new MemoryStream())
                {
                    file.CopyTo(content);
                    return content.ToArray();
                }
            }
            catch (SystemException exception)
            {
                bool isMissing = exception is FileNotFoundException || exception is DirectoryNotFoundException;
                throw new EopRelayException(
                    kind + (isMissing ? "NotFound" : "Unreadable"),
                    isMissing ? "ObjectNotFound" : "ReadError",
                    "The file '" + path + "' cannot be read: " + exception.Message + " Check the path and the permissions.",
                    0,
                    exception)
                {
                    TargetObject = path,
                };
            }
        }

        private void AddContent(string list, string path, byte[] content)
        {
            ListOf(list).Add(new Dictionary<string, object> { { "Path", path }, { "Content", content } });
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
            private const string Separator = ",\n";

            private readonly StringBuilder json = new StringBuilder();
            private readonly List<int> starts = new List<int>();

            internal int Count
            {
                get { return starts.Count; }
            }

            internal int Length
            {
                get { return json.Length; }
            }

            internal void Add(object value)
            {
                int end = json.Length;
                bool isWritten = false;
                try
                {
                    json.Append(Count == 0 ? "" : Separator);
                    int start = json.Length;
                    JsonWriter.Write(json, value);
                    starts.Add(start);
                    isWritten = true;
                }
                finally
                {
                    if (!isWritten)
                    {
                        json.Length = end;
                    }
                }
            }

            /// <summary>Adds an object that is JSON already.</summary>
            internal void AddJson(string value)
            {
                json.Append(Count == 0 ? "" : Separator);
                starts.Add(json.Length);
                json.Append(value);
            }

            /// <summary>The list of one object.</summary>
            internal ObjectList Only(int index)
            {
                int end = index + 1 < starts.Count ? starts[index + 1] - Separator.Length : json.Length;
                var only = new ObjectList();
                only.json.Append(json.ToString(starts[index], end - starts[index]));
                only.starts.Add(0);
                return only;
            }

            internal void AppendTo(StringBuilder target)
            {
                target.Append('[').Append(json.ToString()).Append(']');
            }
        }
    }
}
