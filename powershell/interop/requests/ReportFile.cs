using System;
using System.IO;
using System.Text;

namespace EopRelay
{
    /// <summary>A file with a report.</summary>
    internal static class ReportFile
    {
        /// <summary>
        /// Writes the file in UTF-8, first beside its place: who reads it meanwhile reads the old or the new one.
        /// </summary>
        internal static void Write(string path, string text)
        {
            string beside = path + "." + Guid.NewGuid().ToString("N") + ".tmp";
            try
            {
                File.WriteAllText(beside, text, new UTF8Encoding(false));
                if (File.Exists(path))
                {
                    File.Replace(beside, path, null);
                }
                else
                {
                    File.Move(beside, path);
                }
            }
            catch (Exception exception)
            {
                if (!(exception is IOException || exception is UnauthorizedAccessException || exception is NotSupportedException
                    || exception is ArgumentException))
                {
                    throw;
                }
                Remove(beside);
                string folder = Path.GetDirectoryName(path);
                string message = Directory.Exists(folder)
                    ? "The report cannot be written to '" + path + "': " + exception.Message + " Give a folder that this account may write to."
                    : "The folder '" + folder + "' is not there. Make it, or give another one.";
                throw new EopRelayException("ReportNotWritten", "WriteError", message, 0, exception);
            }
        }

        private static void Remove(string path)
        {
            try
            {
                File.Delete(path);
            }
            catch (IOException)
            {
            }
            catch (UnauthorizedAccessException)
            {
            }
        }
    }
}
