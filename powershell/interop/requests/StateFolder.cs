using System;
using System.IO;
using System.Reflection;
using System.Security.AccessControl;
using System.Security.Principal;

namespace EopRelay
{
    /// <summary>
    /// The folder of the default state file, for administrators and SYSTEM only: the rows that it keeps
    /// name senders and recipients, and any user may make folders in ProgramData.
    /// </summary>
    internal static class StateFolder
    {
        // Administrators and SYSTEM, full access, here and below; nothing is inherited.
        private const string Permissions = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

        /// <summary>Makes the folder with its permissions, or finds that it is in good hands.</summary>
        /// <exception cref="EopRelayException">It cannot be made, or somebody else made it.</exception>
        internal static void Prepare(string folder)
        {
            try
            {
                if (Environment.OSVersion.Platform != PlatformID.Win32NT)
                {
                    Directory.CreateDirectory(folder);
                }
                else if (Directory.Exists(folder))
                {
                    RequireGoodHands(folder);
                }
                else
                {
                    Create(folder);
                }
            }
            catch (Exception exception)
            {
                if (exception is EopRelayException)
                {
                    throw;
                }
                throw new EopRelayException(
                    "StateUnusable",
                    "ResourceUnavailable",
                    "The folder '" + folder + "' for the state file cannot be used: " + exception.GetBaseException().Message
                        + " Run as an administrator or SYSTEM, or give a place of your own with -StatePath.",
                    0,
                    exception);
            }
        }

        private static void Create(string folder)
        {
            var security = new DirectorySecurity();
            security.SetSecurityDescriptorSddlForm(Permissions, AccessControlSections.Access);
            MethodInfo create = Creator;
            object place = create.DeclaringType == typeof(Directory) ? (object)folder : new DirectoryInfo(folder);
            create.Invoke(null, new[] { place, security });
        }

        /// <summary>
        /// What makes a folder with its permissions from the start: .NET Framework has it in Directory,
        /// .NET beside it.
        /// </summary>
        internal static MethodInfo Creator
        {
            get
            {
                return typeof(Directory).GetMethod("CreateDirectory", new[] { typeof(string), typeof(DirectorySecurity) })
                    ?? Extension("Create", typeof(DirectoryInfo), typeof(DirectorySecurity));
            }
        }

        /// <summary>What reads the permissions of a folder.</summary>
        internal static MethodInfo Reader
        {
            get
            {
                return typeof(DirectoryInfo).GetMethod("GetAccessControl", Type.EmptyTypes)
                    ?? Extension("GetAccessControl", typeof(DirectoryInfo));
            }
        }

        private static void RequireGoodHands(string folder)
        {
            var info = new DirectoryInfo(folder);
            MethodInfo read = Reader;
            var security = (ObjectSecurity)(read.IsStatic ? read.Invoke(null, new object[] { info }) : read.Invoke(info, null));
            var owner = (SecurityIdentifier)security.GetOwner(typeof(SecurityIdentifier));
            using (WindowsIdentity current = WindowsIdentity.GetCurrent())
            {
                bool isTrusted = owner.IsWellKnown(WellKnownSidType.LocalSystemSid)
                    || owner.IsWellKnown(WellKnownSidType.BuiltinAdministratorsSid)
                    || owner == current.User;
                if (!isTrusted)
                {
                    throw new EopRelayException(
                        "StateUnusable",
                        "SecurityError",
                        "The folder '" + folder + "' belongs to " + owner.Value + ", not to the administrators, so what it "
                            + "holds cannot be trusted. Delete it and run again as an administrator, or give another "
                            + "place with -StatePath.");
                }
            }
            if (!security.AreAccessRulesProtected)
            {
                throw new EopRelayException(
                    "StateUnusable",
                    "SecurityError",
                    "The folder '" + folder + "' inherits its permissions, so that other users may read it and put files "
                        + "into it. Confine it once, as an administrator: icacls \"" + folder + "\" /inheritance:r "
                        + "/grant *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F");
            }
        }

        private static MethodInfo Extension(string name, params Type[] parameters)
        {
            Type extensions = Type.GetType("System.IO.FileSystemAclExtensions, System.IO.FileSystem.AccessControl", true);
            return extensions.GetMethod(name, parameters);
        }
    }
}
