using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace EopRelay
{
    /// <summary>What Resolve-EopRelayError is given, on its way to the native library.</summary>
    public sealed class ResolveRequest
    {
        private readonly List<string> texts = new List<string>();
        private readonly List<object> files = new List<object>();
        private readonly List<object> objects = new List<object>();
        private readonly StringBuilder sessions = new StringBuilder();
        private int sessionCount;

        internal ResolveRequest()
        {
        }

        /// <summary>How many texts, files and objects there are to explain.</summary>
        public int SubjectCount
        {
            get { return texts.Count + files.Count + objects.Count; }
        }

        /// <summary>Adds a text: a reply, a LastError, an NDR.</summary>
        public void AddText(string text)
        {
            texts.Add(text);
        }

        /// <summary>Adds a file: an NDR (.eml, .html, text), or exported queues, messages or events.</summary>
        /// <param name="path">Its full path.</param>
        /// <exception cref="EopRelayException">It cannot be read.</exception>
        public void AddFile(string path)
        {
            try
            {
                files.Add(new Dictionary<string, object> { { "Path", path }, { "Content", File.ReadAllBytes(path) } });
            }
            catch (SystemException exception)
            {
                bool isMissing = exception is FileNotFoundException || exception is DirectoryNotFoundException;
                throw new EopRelayException(
                    isMissing ? "ErrorFileNotFound" : "ErrorFileUnreadable",
                    isMissing ? "ObjectNotFound" : "ReadError",
                    "The file '" + path + "' cannot be read: " + exception.Message + " Check the path and the permissions.",
                    0,
                    exception);
            }
        }

        /// <summary>Adds the members of a queue, a message or a tracking event.</summary>
        public void AddObject(IDictionary members)
        {
            objects.Add(members);
        }

        /// <summary>Adds a session to join: a <see cref="Session"/>, or the members of what is left of one.</summary>
        public void AddSession(object session)
        {
            sessions.Append(sessionCount == 0 ? "" : ",\n");
            JsonWriter.Write(sessions, session);
            sessionCount++;
        }

        /// <summary>The request as eop_resolve_errors takes it.</summary>
        internal string ToJson()
        {
            var json = new StringBuilder("{\"Texts\":");
            JsonWriter.Write(json, texts);
            json.Append(",\"Files\":");
            JsonWriter.Write(json, files);
            json.Append(",\"Objects\":[");
            for (int index = 0; index < objects.Count; index++)
            {
                // Each on a line of its own: the native library names an object by its line.
                json.Append(index == 0 ? "" : ",\n");
                JsonWriter.Write(json, objects[index]);
            }
            json.Append(']');
            if (sessionCount > 0)
            {
                json.Append(",\"Sessions\":[").Append(sessions.ToString()).Append(']');
            }
            return json.Append('}').ToString();
        }
    }
}
