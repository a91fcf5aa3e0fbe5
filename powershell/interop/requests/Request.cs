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
        private readonly Dictionary<string, object> values = new Dictionary<string, object>();
        private readonly Dictionary<string, ObjectList> lists = new Dictionary<string, ObjectList>();
        private readonly List<string> warnings = new List<string>();

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

        /// <summary>Says that a list is given, be it empty: nothing found is a finding.</summary>
        public void Expect(string list)
        {
            ListOf(list);
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
        /// <param name="password">That of a pfx; it does not leave this assembly. May be <c>null</c>.</param>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException AddCertificateFile(string list, string path, SecureString password)
        {
            return Interop.Problem(() =>
            {
                byte[] content = ReadFile("CertificateFile", path);
                AddContent(list, path, PfxFile.IsPfx(content) ? PfxFile.ReadCertificate(path, content, password) : content);
            });
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

        /// <summary>Whether a value was given as true.</summary>
        internal bool IsSet(string name)
        {
            object value;
            return values.TryGetValue(name, out value) && true.Equals(value);
        }

        /// <summary>The same request without one of its lists.</summary>
        internal Request Without(string list)
        {
            var other = new Request();
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

        private static byte[] ReadFile(string kind, string path)
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
            private readonly StringBuilder json = new StringBuilder();

            internal int Count { get; private set; }

            internal void Add(object value)
            {
                int end = json.Length;
                bool isWritten = false;
                try
                {
                    json.Append(Count == 0 ? "" : ",\n");
                    JsonWriter.Write(json, value);
                    Count++;
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

            internal void AppendTo(StringBuilder target)
            {
                target.Append('[').Append(json.ToString()).Append(']');
            }
        }
    }
}
