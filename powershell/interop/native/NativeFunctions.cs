using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security;

namespace EopRelay
{
    /// <summary>The functions of include/eop_relay.h.</summary>
    internal sealed unsafe partial class NativeFunctions
    {
        private const uint AbiMajor = 1;
        private const uint AbiMinor = 0;

        /// <summary>
        /// How many sessions a batch has at most. The garbage collector finds a batch alive and, where it
        /// is large, moves megabytes that nobody needs a moment later.
        /// </summary>
        private const uint MaximumSessions = 128;

        private readonly ValueNameFunction valueName;
        private readonly OpenFunction open;
        private readonly NextBatchFunction nextBatch;
        private readonly ProgressFunction progress;
        private readonly HandleFunction save;
        private readonly HandleFunction cancel;
        private readonly HandleFunction free;
        private readonly RequestFunction test;
        private readonly RequestFunction certificates;
        private readonly RequestFunction resolveErrors;
        private readonly StoresFunction storeCertificates;
        private readonly StoresFunction openCancellation;
        private readonly HandleFunction freeCancellation;
        private readonly ExamineChainFunction examineChain;
        private readonly PfxFunction pfxCertificates;
        private readonly ViewFunction view;
        private readonly RequestFunction redact;
        private readonly OpenEvidenceFunction openEvidence;
        private readonly NextEvidenceFunction nextEvidence;
        private readonly AddFunction addEvidence;
        private readonly HandleFunction cancelEvidence;
        private readonly HandleFunction freeEvidence;
        private readonly RequestFunction openDiagnosis;
        private readonly AddFunction addToDiagnosis;
        private readonly ReadDiagnosisFunction readDiagnosis;
        private readonly AnswerFunction answerDiagnosis;
        private readonly HandleFunction cancelDiagnosis;
        private readonly HandleFunction freeDiagnosis;
        private readonly OpenProbeFunction openProbe;
        private readonly ProbeEventFunction probeEvent;
        private readonly ProbeOutcomeFunction probeOutcome;
        private readonly HandleFunction freeProbe;
        private readonly RequestFunction probeStanding;
        private readonly GetTextFunction getText;
        private readonly HandleFunction freeText;

        /// <exception cref="EopRelayException">The library speaks another ABI.</exception>
        internal NativeFunctions(IntPtr library)
        {
            uint version = Bind<VersionFunction>(library, "eop_abi_version")();
            if (version >> 16 != AbiMajor || (version & 0xFFFF) < AbiMinor)
            {
                throw new EopRelayException(
                    "NativeLibraryMismatch",
                    "ResourceUnavailable",
                    string.Format(
                        CultureInfo.InvariantCulture,
                        "The native library has ABI {0}.{1}, and this module needs {2}.{3} or a later {2}.x: its files "
                            + "belong to different versions. Install the complete module again and open a new console.",
                        version >> 16,
                        version & 0xFFFF,
                        AbiMajor,
                        AbiMinor));
            }
            valueName = Bind<ValueNameFunction>(library, "eop_value_name");
            open = Bind<OpenFunction>(library, "eop_session_reader_open");
            nextBatch = Bind<NextBatchFunction>(library, "eop_session_reader_next_batch");
            progress = Bind<ProgressFunction>(library, "eop_session_reader_progress");
            save = Bind<HandleFunction>(library, "eop_session_reader_save");
            cancel = Bind<HandleFunction>(library, "eop_session_reader_cancel");
            free = Bind<HandleFunction>(library, "eop_session_reader_free");
            test = Bind<RequestFunction>(library, "eop_test");
            certificates = Bind<RequestFunction>(library, "eop_certificates");
            resolveErrors = Bind<RequestFunction>(library, "eop_resolve_errors");
            storeCertificates = Bind<StoresFunction>(library, "eop_store_certificates");
            openCancellation = Bind<StoresFunction>(library, "eop_cancellation_open");
            freeCancellation = Bind<HandleFunction>(library, "eop_cancellation_free");
            examineChain = Bind<ExamineChainFunction>(library, "eop_chain_examine");
            pfxCertificates = Bind<PfxFunction>(library, "eop_pfx_certificates");
            view = Bind<ViewFunction>(library, "eop_view");
            redact = Bind<RequestFunction>(library, "eop_redact");
            openEvidence = Bind<OpenEvidenceFunction>(library, "eop_evidence_open");
            nextEvidence = Bind<NextEvidenceFunction>(library, "eop_evidence_next");
            cancelEvidence = Bind<HandleFunction>(library, "eop_evidence_cancel");
            freeEvidence = Bind<HandleFunction>(library, "eop_evidence_free");
            addEvidence = Bind<AddFunction>(library, "eop_evidence_add");
            openDiagnosis = Bind<RequestFunction>(library, "eop_diagnosis_open");
            addToDiagnosis = Bind<AddFunction>(library, "eop_diagnosis_add");
            readDiagnosis = Bind<ReadDiagnosisFunction>(library, "eop_diagnosis_read");
            answerDiagnosis = Bind<AnswerFunction>(library, "eop_diagnosis_answer");
            cancelDiagnosis = Bind<HandleFunction>(library, "eop_diagnosis_cancel");
            freeDiagnosis = Bind<HandleFunction>(library, "eop_diagnosis_free");
            openProbe = Bind<OpenProbeFunction>(library, "eop_probe_open");
            probeEvent = Bind<ProbeEventFunction>(library, "eop_probe_event");
            probeOutcome = Bind<ProbeOutcomeFunction>(library, "eop_probe_outcome");
            freeProbe = Bind<HandleFunction>(library, "eop_probe_free");
            probeStanding = Bind<RequestFunction>(library, "eop_probe_standing");
            getText = Bind<GetTextFunction>(library, "eop_text_get");
            freeText = Bind<HandleFunction>(library, "eop_text_free");
            Names = new ValueNames(this);
        }

        /// <summary>The names of the library's numbers.</summary>
        internal ValueNames Names { get; private set; }

        /// <summary>The name of a value, or <c>null</c> if there is no such value.</summary>
        internal string ValueName(ValueKind kind, uint value)
        {
            byte* name;
            Error error = NewError();
            int status = valueName((uint)kind, value, &name, &error);
            if (status == NativeStatus.InvalidArgument)
            {
                return null;
            }
            Check(status, &error);
            return Marshal.PtrToStringAnsi((IntPtr)name);
        }

        internal ulong OpenReader(SessionQueryOptions* options)
        {
            ulong reader;
            Error error = NewError();
            options->StructSize = (uint)sizeof(SessionQueryOptions);
            Check(open(options, &reader, &error), &error);
            return reader;
        }

        /// <summary>Reads on; <c>false</c> at the end.</summary>
        internal bool NextBatch(ulong reader, Batch* batch)
        {
            Error error = NewError();
            batch->StructSize = (uint)sizeof(Batch);
            int status = nextBatch(reader, MaximumSessions, 0, batch, &error);
            if (status == NativeStatus.End)
            {
                return false;
            }
            Check(status, &error);
            return true;
        }

        internal void ReadProgress(ulong reader, Progress* view)
        {
            Error error = NewError();
            view->StructSize = (uint)sizeof(Progress);
            Check(progress(reader, view, &error), &error);
        }

        internal void SaveState(ulong reader)
        {
            Error error = NewError();
            Check(save(reader, &error), &error);
        }

        /// <summary>Ends the reading. It can only be refused by a handle that reads no more.</summary>
        internal void CancelReader(ulong reader)
        {
            cancel(reader, null);
        }

        /// <summary>Frees a reader; never throws, so that it may stand in a finalizer.</summary>
        internal void FreeReader(ulong reader)
        {
            free(reader, null);
        }

        /// <summary>The report on a request, both in JSON.</summary>
        internal string Test(string request)
        {
            return Answer(test, request);
        }

        /// <summary>The certificates of send connectors on a request, both in JSON.</summary>
        internal string Certificates(string request)
        {
            return Answer(certificates, request);
        }

        /// <summary>The errors of a request, both in JSON.</summary>
        internal string ResolveErrors(string request)
        {
            return Answer(resolveErrors, request);
        }

        /// <summary>The certificate stores of the computer, in JSON.</summary>
        internal string StoreCertificates()
        {
            ulong answer;
            Error error = NewError();
            Check(storeCertificates(&answer, &error), &error);
            return TakeText(answer);
        }

        /// <summary>A handle that ends the call that it is given to, when it is freed.</summary>
        internal ulong OpenCancellation()
        {
            ulong cancellation;
            Error error = NewError();
            Check(openCancellation(&cancellation, &error), &error);
            return cancellation;
        }

        /// <summary>Ends the call with this handle, if it goes on still; never throws.</summary>
        internal void FreeCancellation(ulong cancellation)
        {
            freeCancellation(cancellation, null);
        }

        /// <summary>The chain of a certificate, in JSON.</summary>
        internal string ExamineChain(ChainQuery* query)
        {
            ulong answer;
            Error error = NewError();
            query->StructSize = (uint)sizeof(ChainQuery);
            Check(examineChain(query, &answer, &error), &error);
            return TakeText(answer);
        }

        /// <summary>
        /// The certificates of a pfx as PEM; empty where the content is no pfx. The password is copied to
        /// memory that is wiped, and never to a string.
        /// </summary>
        internal string PfxCertificates(byte[] content, SecureString password)
        {
            ulong answer;
            Error error = NewError();
            IntPtr units = password == null ? IntPtr.Zero : Marshal.SecureStringToGlobalAllocUnicode(password);
            try
            {
                // An empty array has no first byte to point to.
                fixed (byte* bytes = content.Length == 0 ? new byte[1] : content)
                {
                    Check(
                        pfxCertificates(
                            bytes,
                            (UIntPtr)content.Length,
                            (char*)units,
                            (UIntPtr)(password == null ? 0 : password.Length),
                            &answer,
                            &error),
                        &error);
                }
            }
            finally
            {
                if (units != IntPtr.Zero)
                {
                    Marshal.ZeroFreeGlobalAllocUnicode(units);
                }
            }
            return TakeText(answer);
        }

        /// <summary>A report in JSON as a view of that kind, EOP_VIEW_*; the width is of text only.</summary>
        internal string View(string report, uint kind, int width)
        {
            ulong answer;
            Error error = NewError();
            fixed (char* units = report)
            {
                Check(view(units, (UIntPtr)report.Length, kind, (uint)width, &answer, &error), &error);
            }
            return TakeText(answer);
        }

        /// <summary>What became of evidence, in JSON.</summary>
        internal string Redact(string request)
        {
            return TakeText(Ask(redact, request));
        }

        /// <summary>A diagnosis with what a request gives.</summary>
        internal ulong OpenDiagnosis(string request)
        {
            return Ask(openDiagnosis, request);
        }

        /// <summary>Adds the sessions and certificates of a request.</summary>
        internal void AddToDiagnosis(ulong diagnosis, string request)
        {
            Add(addToDiagnosis, diagnosis, request);
        }

        /// <summary>Reads on in the logs; <c>false</c> at the end.</summary>
        internal bool ReadDiagnosis(ulong diagnosis, Progress* view)
        {
            Error error = NewError();
            view->StructSize = (uint)sizeof(Progress);
            int status = readDiagnosis(diagnosis, 0, view, &error);
            if (status == NativeStatus.End)
            {
                return false;
            }
            Check(status, &error);
            return true;
        }

        /// <summary>The answer of that kind, in JSON.</summary>
        internal string AnswerDiagnosis(ulong diagnosis, uint kind)
        {
            ulong answer;
            Error error = NewError();
            Check(answerDiagnosis(diagnosis, kind, &answer, &error), &error);
            return TakeText(answer);
        }

        /// <summary>Ends the reading. It can only be refused by a handle that reads no more.</summary>
        internal void CancelDiagnosis(ulong diagnosis)
        {
            cancelDiagnosis(diagnosis, null);
        }

        /// <summary>Frees a diagnosis; never throws, so that it may stand in a finalizer.</summary>
        internal void FreeDiagnosis(ulong diagnosis)
        {
            freeDiagnosis(diagnosis, null);
        }

        /// <summary>Adds a piece of text; <c>null</c> ends it.</summary>
        internal void AddEvidence(ulong reader, string text)
        {
            Add(addEvidence, reader, text);
        }

        private void Add(AddFunction function, ulong handle, string text)
        {
            Error error = NewError();
            fixed (char* units = text)
            {
                UIntPtr length = (UIntPtr)(text == null ? 0 : text.Length);
                Check(function(handle, units, length, &error), &error);
            }
        }

        private string Answer(RequestFunction function, string request)
        {
            return TakeText(Ask(function, request));
        }

        private ulong Ask(RequestFunction function, string request)
        {
            ulong answer;
            Error error = NewError();
            fixed (char* units = request)
            {
                Check(function(units, (UIntPtr)request.Length, &answer, &error), &error);
            }
            return answer;
        }

        internal ulong OpenEvidence(EvidenceQuery* query)
        {
            ulong reader;
            Error error = NewError();
            query->StructSize = (uint)sizeof(EvidenceQuery);
            Check(openEvidence(query, &reader, &error), &error);
            return reader;
        }

        /// <summary>The next batch in JSON; <c>null</c> at the end.</summary>
        internal string NextEvidence(ulong reader)
        {
            ulong batch;
            Error error = NewError();
            int status = nextEvidence(reader, 0, 0, &batch, &error);
            if (status == NativeStatus.End)
            {
                return null;
            }
            Check(status, &error);
            return TakeText(batch);
        }

        /// <summary>Ends the reading. It can only be refused by a handle that reads no more.</summary>
        internal void CancelEvidence(ulong reader)
        {
            cancelEvidence(reader, null);
        }

        /// <summary>Frees a reader; never throws, so that it may stand in a finalizer.</summary>
        internal void FreeEvidence(ulong reader)
        {
            freeEvidence(reader, null);
        }

        /// <summary>The text behind a handle, which is freed.</summary>
        private string TakeText(ulong handle)
        {
            try
            {
                char* text;
                UIntPtr length;
                Error error = NewError();
                Check(getText(handle, &text, &length, &error), &error);
                return new string(text, 0, checked((int)length));
            }
            finally
            {
                freeText(handle, null);
            }
        }

        private static TDelegate Bind<TDelegate>(IntPtr library, string function)
            where TDelegate : class
        {
            IntPtr address = NativeLoader.Find(library, function);
            return (TDelegate)(object)Marshal.GetDelegateForFunctionPointer(address, typeof(TDelegate));
        }

        private static Error NewError()
        {
            var error = new Error();
            error.StructSize = (uint)sizeof(Error);
            return error;
        }

        private static void Check(int status, Error* error)
        {
            if (status == NativeStatus.Ok)
            {
                return;
            }
            string message = new string(error->Message);
            throw new EopRelayException(
                NativeStatus.IdOf(status),
                NativeStatus.CategoryOf(status),
                message.Length > 0
                    ? message
                    : string.Format(CultureInfo.InvariantCulture, "The native library answered status {0}.", status),
                status,
                null);
        }
    }
}
