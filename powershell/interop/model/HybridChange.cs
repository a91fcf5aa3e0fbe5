using System;

namespace EopRelay
{
    /// <summary>
    /// Something that the Hybrid Configuration Wizard changed, tried to change or set out to change.
    /// </summary>
    public sealed class HybridChange
    {
        internal HybridChange()
        {
        }

        /// <summary>When the cmdlet began, UTC; <c>null</c> where the log does not say.</summary>
        public DateTime? StartTime { get; internal set; }

        /// <summary>When it ended, UTC.</summary>
        public DateTime? EndTime { get; internal set; }

        /// <summary>Whether the times are known to be UTC; else they are taken as UTC.</summary>
        public bool IsTimeZoneKnown { get; internal set; }

        /// <summary>How long it took, by its own account.</summary>
        public long? DurationMilliseconds { get; internal set; }

        /// <summary>Where it ran: OnPremises or Tenant.</summary>
        public string Side { get; internal set; }

        /// <summary>The cmdlet; <c>null</c> where the log only shows that another value was wanted.</summary>
        public string Cmdlet { get; internal set; }

        /// <summary>The kind of object, such as InboundConnector.</summary>
        public string ObjectType { get; internal set; }

        /// <summary>The object.</summary>
        public string Identity { get; internal set; }

        /// <summary>What came of it: Succeeded, Failed or NotShown.</summary>
        public string Outcome { get; internal set; }

        /// <summary>The error, in the language of the server.</summary>
        public string Error { get; internal set; }

        /// <summary>Each property that was set.</summary>
        public HybridPropertyChange[] Properties { get; internal set; }

        /// <summary>TlsSenderCertificateName of an inbound connector before.</summary>
        public string TlsSenderCertificateNameBefore { get; internal set; }

        /// <summary>TlsSenderCertificateName of an inbound connector, as set.</summary>
        public string TlsSenderCertificateNameAfter { get; internal set; }

        /// <summary>TlsCertificateName of a send connector before.</summary>
        public string TlsCertificateNameBefore { get; internal set; }

        /// <summary>TlsCertificateName of a send connector, as set.</summary>
        public string TlsCertificateNameAfter { get; internal set; }

        /// <summary>Whether it put back what someone had changed by hand since an earlier run.</summary>
        public bool UndoesManualChange { get; internal set; }

        /// <summary>The task of the wizard, such as MailFlow.</summary>
        public string Task { get; internal set; }

        /// <summary>The phase of the task, such as Configure.</summary>
        public string Phase { get; internal set; }

        /// <summary>The file.</summary>
        public string LogPath { get; internal set; }

        /// <summary>The line where the cmdlet begins, counted from 1.</summary>
        public long Line { get; internal set; }

        /// <summary>StartTime as a text.</summary>
        [ViewText]
        public string StartText
        {
            get { return ViewText.Time(StartTime) ?? "not known"; }
        }

        /// <summary>Beginning and end, and whether they are known to be UTC.</summary>
        [ViewText]
        public string TimeText
        {
            get
            {
                return (ViewText.Exact(StartTime) ?? "not known") + " to " + (ViewText.Exact(EndTime) ?? "not known")
                    + (IsTimeZoneKnown ? "" : " (taken as UTC)");
            }
        }

        /// <summary>The cmdlet, or that the log only shows that another value was wanted.</summary>
        [ViewText]
        public string CmdletText
        {
            get { return Cmdlet ?? "(wanted otherwise)"; }
        }

        /// <summary>What changed most, in one line.</summary>
        [ViewText]
        public string ChangeText
        {
            get
            {
                if (TlsSenderCertificateNameAfter != null)
                {
                    return "TlsSenderCertificateName: " + TlsSenderCertificateNameBefore + " -> " + TlsSenderCertificateNameAfter;
                }
                return TlsCertificateNameAfter != null
                    ? "TlsCertificateName: " + TlsCertificateNameBefore + " -> " + TlsCertificateNameAfter
                    : string.Join(", ", Array.ConvertAll(Properties, property => property.ToString()));
            }
        }

        /// <summary>Everything that changed, a line for each property.</summary>
        [ViewText]
        public string PropertiesText
        {
            get { return ViewText.Lines(Properties); }
        }

        /// <summary>That it put back what someone had changed, else <c>null</c>.</summary>
        [ViewText]
        public string UndoesText
        {
            get { return UndoesManualChange ? "what someone had changed by hand since the run before" : null; }
        }

        /// <summary>Its place in the log.</summary>
        [ViewText]
        public string LogText
        {
            get { return ViewText.Place(LogPath, Line); }
        }

        /// <summary>Cmdlet, object and what came of it.</summary>
        public override string ToString()
        {
            return (Cmdlet ?? "(wanted otherwise)") + " '" + (Identity ?? "(not known)") + "': " + Outcome;
        }
    }

    /// <summary>A property that a change is about.</summary>
    public sealed class HybridPropertyChange
    {
        internal HybridPropertyChange()
        {
        }

        /// <summary>The property.</summary>
        public string Name { get; internal set; }

        /// <summary>Whether the logs say what it was before.</summary>
        public bool IsBeforeKnown { get; internal set; }

        /// <summary>What it was; <c>null</c> for empty and for not known.</summary>
        public string Before { get; internal set; }

        /// <summary>What the wizard set; <c>null</c> for empty.</summary>
        public string After { get; internal set; }

        /// <summary>The property with what it was and is.</summary>
        public override string ToString()
        {
            string after = After ?? "(empty)";
            return IsBeforeKnown ? Name + ": " + (Before ?? "(empty)") + " -> " + after : Name + " = " + after;
        }
    }
}
