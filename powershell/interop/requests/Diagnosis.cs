using System.Security;

namespace EopRelay
{
    /// <summary>
    /// A diagnosis to which sessions come one after the other, or whose logs are read step by step: as
    /// many as there are, in bounded memory. Dispose it.
    /// </summary>
    public sealed unsafe class Diagnosis : NativeHandle
    {
        private const uint ReportAnswer = 1;
        private const uint CertificatesAnswer = 2;
        private const uint RenewalPlanAnswer = 3;

        /// <summary>Characters of sessions that are gathered before the library is called.</summary>
        private const int PieceLength = 1 << 20;

        private Request piece = new Request();

        /// <param name="native">The library.</param>
        /// <param name="request">What is known before the first session.</param>
        internal Diagnosis(NativeFunctions native, Request request)
            : base(native)
        {
            Progress = new ReadingProgress();
            Handle = native.OpenDiagnosis(request.ToEvidence());
        }

        /// <summary>How many sessions, certificates and files were added.</summary>
        public long Count { get; private set; }

        /// <summary>How far the reading of the logs is.</summary>
        public ReadingProgress Progress { get; private set; }

        /// <summary>What ended the reading before its end, or <c>null</c>.</summary>
        public EopRelayException Error { get; private set; }

        /// <summary>Adds an object to a list: a session to Sessions, a certificate to Certificates.</summary>
        /// <returns>What kept it from being added, or <c>null</c>.</returns>
        public EopRelayException Add(string list, object value)
        {
            EopRelayException problem = piece.Add(list, value);
            Count += problem == null ? 1 : 0;
            return problem ?? (piece.Length >= PieceLength ? Interop.Problem(HandOver) : null);
        }

        /// <summary>Adds a certificate file, as <see cref="Request.AddCertificateFile"/> does.</summary>
        public EopRelayException AddCertificateFile(string list, string path, SecureString password)
        {
            EopRelayException problem = piece.AddCertificateFile(list, path, password);
            Count += problem == null ? 1 : 0;
            return problem;
        }

        /// <summary>Reads on in the logs of the request; an error ends the reading and is in <see cref="Error"/>.</summary>
        /// <returns><c>false</c> at the end.</returns>
        public bool TryRead()
        {
            object answer = Interop.Attempt(() => Read());
            Error = answer as EopRelayException;
            return Error == null && (bool)answer;
        }

        internal Report Report()
        {
            return Library.ReportOf(Answer(ReportAnswer));
        }

        internal CertificateOverview Certificates()
        {
            return JsonMapper.Read<CertificateOverview>(Answer(CertificatesAnswer));
        }

        internal RenewalPlan RenewalPlan()
        {
            string json = Answer(RenewalPlanAnswer);
            RenewalPlan plan = JsonMapper.Read<RenewalPlan>(json);
            plan.Json = json;
            return plan;
        }

        internal override void FreeHandle()
        {
            Native.FreeDiagnosis(Handle);
        }

        internal override void CancelHandle()
        {
            Native.CancelDiagnosis(Handle);
        }

        private bool Read()
        {
            Enter();
            try
            {
                var progress = new Progress();
                bool isMore = Native.ReadDiagnosis(Handle, &progress);
                Progress.Set(&progress);
                return isMore;
            }
            finally
            {
                Leave();
            }
        }

        private void HandOver()
        {
            Enter();
            try
            {
                string json = piece.ToJson();
                piece = new Request();
                Native.AddToDiagnosis(Handle, json);
            }
            finally
            {
                Leave();
            }
        }

        private string Answer(uint kind)
        {
            HandOver();
            Enter();
            try
            {
                return Native.AnswerDiagnosis(Handle, kind);
            }
            finally
            {
                Leave();
            }
        }
    }
}
