namespace EopRelay
{
    /// <summary>The mails of a session as a batch has them, until somebody reads them.</summary>
    internal sealed class MessageRecords
    {
        private static readonly Recipient[] NoRecipients = new Recipient[0];

        private readonly OwnTexts texts;
        private readonly ValueNames names;
        private readonly MessageRecord[] messages;
        private readonly RecipientRecord[] recipients;

        /// <param name="texts">The texts of the session, of which all theirs are.</param>
        /// <param name="names">The names of outcomes and rejections.</param>
        /// <param name="messages">The mails.</param>
        /// <param name="recipients">Those of the first mail, of the second, and so on.</param>
        internal MessageRecords(
            OwnTexts texts, ValueNames names, MessageRecord[] messages, RecipientRecord[] recipients)
        {
            this.texts = texts;
            this.names = names;
            this.messages = messages;
            this.recipients = recipients;
        }

        /// <summary>The mails with their recipients.</summary>
        internal Message[] ToMessages()
        {
            var made = new Message[messages.Length];
            uint first = 0;
            for (int index = 0; index < made.Length; index++)
            {
                MessageRecord record = messages[index];
                made[index] = new Message
                {
                    MailFrom = texts.TextAt(record.MailFrom),
                    RecordId = texts.TextAt(record.RecordId),
                    InternetMessageId = texts.TextAt(record.InternetMessageId),
                    Reply = texts.TextAt(record.Reply),
                    Outcome = names.Of(ValueKind.MessageOutcome, record.Outcome),
                    Recipients = ToRecipients(first, record.Recipients.Count),
                };
                first += record.Recipients.Count;
            }
            return made;
        }

        private Recipient[] ToRecipients(uint first, uint count)
        {
            if (count == 0)
            {
                return NoRecipients;
            }
            var made = new Recipient[count];
            for (uint index = 0; index < count; index++)
            {
                RecipientRecord record = recipients[first + index];
                made[index] = new Recipient
                {
                    Address = texts.TextAt(record.Address),
                    Reply = texts.TextAt(record.Reply),
                    Rejection = names.Of(ValueKind.RejectionClass, record.Rejection),
                };
            }
            return made;
        }
    }
}
