@{
    ModuleVersion        = '0.2.0'
    GUID                 = 'b41bed29-bde8-4aec-9413-1fb79a9bc35c'
    Author               = 'The EopRelay project'
    CompanyName          = 'The EopRelay project'
    Copyright            = '(c) The EopRelay project. MIT OR Apache-2.0.'
    Description          = 'Why does Exchange Online Protection refuse this server''s mail, and what exactly is to be done? Reads SMTP protocol logs of Exchange into one object per session, and judges them with certificates, connectors and accepted domains.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    # Windows PowerShell alone looks at it.
    DotNetFrameworkVersion = '4.7.2'

    # Interop.psm1 comes first: it loads what the others call.
    NestedModules        = @('shared/Interop.psm1', 'Export-EopRelayEvidence.psm1', 'Export-EopRelayReport.psm1', 'Format-EopRelayReport.psm1', 'Get-EopRelayCertificate.psm1', 'Get-EopRelayChain.psm1', 'Get-EopRelayChainEvent.psm1', 'Get-EopRelayHybridChange.psm1', 'Get-EopRelayRenewalPlan.psm1', 'Get-SendConnectorTlsSession.psm1', 'Invoke-EopRelayCheck.psm1', 'Register-EopRelayCheck.psm1', 'Resolve-EopRelayError.psm1', 'Restore-EopRelayText.psm1', 'Test-EopRelayCertificate.psm1', 'Test-EopRelayConnection.psm1', 'Unregister-EopRelayCheck.psm1')
    FormatsToProcess     = @('EopRelay.Format.ps1xml')

    FunctionsToExport    = @('Export-EopRelayEvidence', 'Export-EopRelayReport', 'Format-EopRelayReport', 'Get-EopRelayCertificate', 'Get-EopRelayChain', 'Get-EopRelayChainEvent', 'Get-EopRelayHybridChange', 'Get-EopRelayRenewalPlan', 'Get-SendConnectorTlsSession', 'Invoke-EopRelayCheck', 'Register-EopRelayCheck', 'Resolve-EopRelayError', 'Restore-EopRelayText', 'Test-EopRelayCertificate', 'Test-EopRelayConnection', 'Unregister-EopRelayCheck')
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()

    PrivateData          = @{
        PSData = @{
            Tags         = @('Exchange', 'SMTP', 'TLS', 'EOP', 'Office365', 'Certificate', 'Hybrid', 'Windows', 'Linux', 'PSEdition_Desktop', 'PSEdition_Core')
            # One of the two licences; the other is Apache-2.0.
            LicenseUri   = 'https://opensource.org/license/mit'
            # The packed module has the newest part of CHANGELOG.md here, and ProjectUri where the build was given one.
            ReleaseNotes = 'Not packed.'
        }
    }
}
