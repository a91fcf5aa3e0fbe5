using System;
using System.Collections.Generic;

namespace EopRelay
{
    /// <summary>LocalMachine\My with what can be seen of its private keys, of which nothing is read.</summary>
    internal sealed class StoredKeys
    {
        /// <summary>The certificates.</summary>
        public StoredKeyOwner[] My { get; internal set; }

        /// <summary>What could not be seen.</summary>
        public UnseenPlace[] Unseen { get; internal set; }

        /// <summary>The same as a text for a person.</summary>
        /// <param name="computer">The computer.</param>
        /// <param name="time">When it was seen, in UTC.</param>
        internal string ToText(string computer, DateTime time)
        {
            var lines = new List<string>
            {
                "Private keys of LocalMachine\\My on " + computer + ", " + ViewText.Time(time) + " UTC.",
                "Nothing of a key is in this file. Transport runs as NETWORK SERVICE: what it may not read is not sent.",
            };
            foreach (StoredKeyOwner owner in My)
            {
                lines.Add("");
                lines.AddRange(owner.Lines());
            }
            if (My.Length == 0)
            {
                lines.Add("");
                lines.Add("The store holds no certificate.");
            }
            foreach (UnseenPlace unseen in Unseen)
            {
                lines.Add("");
                lines.Add("Not seen: " + unseen.Place + ": " + unseen.Reason);
            }
            return string.Join("\r\n", lines) + "\r\n";
        }
    }

    /// <summary>A certificate of LocalMachine\My, and its key.</summary>
    internal sealed class StoredKeyOwner
    {
        public string Thumbprint { get; internal set; }

        public string Subject { get; internal set; }

        public string FriendlyName { get; internal set; }

        public DateTime? NotAfter { get; internal set; }

        public StoredKey PrivateKey { get; internal set; }

        internal IEnumerable<string> Lines()
        {
            StoredKey key = PrivateKey;
            yield return Thumbprint + "  " + Subject;
            if (!string.IsNullOrEmpty(FriendlyName))
            {
                yield return "    name             " + FriendlyName;
            }
            yield return "    valid until      " + ViewText.Time(NotAfter);
            yield return "    private key      " + key.Presence;
            if (key.Provider != null)
            {
                string owner = key.IsMachineKey == false ? "of one user" : "of the computer";
                yield return "    provider         " + key.Provider + " (" + key.Kind + "), " + owner;
                yield return "    container        " + key.Container;
            }
            yield return "    NETWORK SERVICE  " + key.NetworkService;
            if (key.Reason != null)
            {
                yield return "    not known        " + key.Reason;
            }
        }
    }

    /// <summary>A private key, as far as it can be seen without using it.</summary>
    internal sealed class StoredKey
    {
        /// <summary>Present, Missing, None or Unknown.</summary>
        public string Presence { get; internal set; }

        public string Provider { get; internal set; }

        public string Kind { get; internal set; }

        public string Container { get; internal set; }

        public bool? IsMachineKey { get; internal set; }

        /// <summary>Whether NETWORK SERVICE may read it: Granted, Denied or Unknown.</summary>
        public string NetworkService { get; internal set; }

        /// <summary>Why something of this is not known.</summary>
        public string Reason { get; internal set; }
    }

    /// <summary>A store, or a certificate in it, that could not be seen.</summary>
    internal sealed class UnseenPlace
    {
        public string Place { get; internal set; }

        public string Reason { get; internal set; }
    }
}
