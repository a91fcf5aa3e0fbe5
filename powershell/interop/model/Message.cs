using System;

namespace EopRelay
{
    /// <summary>One mail of a session.</summary>
    public sealed class Message
    {
        internal Message()
        {
        }

        /// <summary>The address of MAIL FROM; <c>&lt;&gt;</c> is the null sender.</summary>
        public string MailFrom { get; internal set; }

        /// <summary>Exchange's record id.</summary>
        public string RecordId { get; internal set; }

        /// <summary>The Message-ID with its angle brackets.</summary>
        public string InternetMessageId { get; internal set; }

        /// <summary>The reply that decided about the mail.</summary>
        public string Reply { get; internal set; }

        /// <summary>How it ended: Delivered, PartlyRefused, Refused or Incomplete.</summary>
        public string Outcome { get; internal set; }

        /// <summary>One per RCPT TO.</summary>
        public Recipient[] Recipients { get; internal set; }

        /// <summary>The addresses of its recipients, in one line.</summary>
        [ViewText]
        public string RecipientsText
        {
            get { return string.Join(", ", Array.ConvertAll(Recipients, recipient => recipient.Address)); }
        }

        /// <summary>Its sender, recipients and outcome.</summary>
        public override string ToString()
        {
            string[] addresses = Array.ConvertAll(Recipients, recipient => recipient.Address);
            return (MailFrom ?? "(no sender logged)") + " to "
                + (addresses.Length == 0 ? "(no recipient logged)" : string.Join(", ", addresses))
                + ": " + Outcome;
        }
    }

    /// <summary>One RCPT TO of a mail.</summary>
    public sealed class Recipient
    {
        internal Recipient()
        {
        }

        /// <summary>The address.</summary>
        public string Address { get; internal set; }

        /// <summary>The reply to its RCPT TO.</summary>
        public string Reply { get; internal set; }

        /// <summary>The class of that reply where it is a refusal.</summary>
        public string Rejection { get; internal set; }

        /// <summary>The address and the reply.</summary>
        public override string ToString()
        {
            return Reply == null ? Address : Address + ": " + Reply;
        }
    }
}
