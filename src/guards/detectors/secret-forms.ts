/**
 * Forms of credentials that their issuers made to be recognised, as the issuers and the open lists of secret scanners
 * describe them.
 */

export interface SecretForm {
  readonly form: string
  readonly maxLength?: number
}

const token = '[A-Za-z0-9_-]'

export const githubForms: readonly SecretForm[] = [
  { form: 'gh[pousr]_[A-Za-z0-9]{36,}' },
  { form: 'github_pat_[A-Za-z0-9_]{22,}' },
]

export const gitlabForms: readonly SecretForm[] = [
  { form: `gl(?:pat|dt|ptt|rt|cbt|soat|ft|oas|imt|agent|ffct)-${token}{20,}` },
]

export const slackForms: readonly SecretForm[] = [
  { form: 'xox[abeprs](?:\\.xox[bp])?-[A-Za-z0-9-]{10,}' },
  { form: 'xapp-\\d-[A-Za-z0-9-]{10,}' },
  { form: 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,}' },
]

export const stripeForms: readonly SecretForm[] = [
  { form: '(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{16,}' },
  { form: 'whsec_[A-Za-z0-9+/=]{24,}' },
]

export const googleForms: readonly SecretForm[] = [
  { form: `AIza${token}{35}` },
  { form: `GOCSPX-${token}{28}` },
  { form: 'ya29\\.[A-Za-z0-9_.-]{30,}' },
  { form: `1//0${token}{40,}` },
]

export const azureForms: readonly SecretForm[] = [
  { form: 'AccountKey=[A-Za-z0-9+/]{60,}={0,2}' },
  { form: 'SharedAccessKey=[A-Za-z0-9+/]{40,}={0,2}' },
  { form: '[A-Za-z0-9_][A-Za-z0-9_~.-]{2}[78]Q~[A-Za-z0-9_~.-]{31,34}' },
]

/** Providers of models first, then the services that code most often holds keys of. */
export const apiKeyForms: readonly SecretForm[] = [
  { form: `sk-${token}{20,}` },
  { form: 'gsk_[A-Za-z0-9]{32,}' },
  { form: 'xai-[A-Za-z0-9]{40,}' },
  { form: 'hf_[A-Za-z0-9]{30,}' },
  { form: 'r8_[A-Za-z0-9]{30,}' },
  { form: 'pplx-[A-Za-z0-9]{32,}' },
  { form: `nvapi-${token}{40,}` },
  { form: 'fw_[A-Za-z0-9]{20,}' },
  { form: 'tgp_v1_[A-Za-z0-9_-]{30,}' },
  { form: 'csk-[a-z0-9]{40,}' },
  { form: 'jina_[A-Za-z0-9_-]{40,}' },
  { form: 'tvly-(?:[a-z]{3,5}-)?[A-Za-z0-9]{28,}' },
  { form: 'pcsk_[A-Za-z0-9_]{40,}' },
  { form: 'lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}' },
  // The virtual keys of this gateway.
  { form: 'pk_[A-Za-z0-9]{38}' },
  { form: `SG\\.${token}{16,}\\.${token}{16,}` },
  { form: '(?:SK|AC)[0-9a-f]{32}' },
  { form: 'key-[0-9a-f]{32}' },
  { form: 'npm_[A-Za-z0-9]{36}' },
  { form: `pypi-AgE${token}{50,}` },
  { form: 'rubygems_[0-9a-f]{48}' },
  { form: 'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}' },
  { form: 'do[opr]_v1_[a-f0-9]{64}' },
  { form: `[0-9]{8,10}:AA${token}{33}` },
  { form: 'dapi[0-9a-f]{32}' },
  { form: 'lin_(?:api|oauth)_[A-Za-z0-9]{32,}' },
  { form: '(?:ntn|secret)_[A-Za-z0-9]{40,}' },
  { form: 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}' },
  { form: 'NRAK-[A-Z0-9]{27}' },
  { form: 'gl(?:sa|c)_[A-Za-z0-9_=+/]{32,}' },
  { form: 'dp\\.(?:pt|st|sa|ct|scim|audit)\\.[A-Za-z0-9]{40,}' },
  { form: 'hv[sbr]\\.[A-Za-z0-9_-]{24,}' },
  { form: 'dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}' },
  { form: 'fig[dou]_[A-Za-z0-9_-]{40,}' },
  { form: 'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}' },
  { form: 'sbp_[0-9a-f]{40}' },
  { form: 'sq0(?:atp|csp)-[A-Za-z0-9_-]{22,}' },
  { form: 'EAAA[A-Za-z0-9_-]{60}' },
  { form: 'ATATT3[A-Za-z0-9_=-]{60,}' },
  { form: 'sntrys_[A-Za-z0-9_=+/]{40,}' },
  { form: 'phc_[A-Za-z0-9]{40,}' },
  { form: 'discord(?:app)?\\.com/api/webhooks/\\d{17,20}/[A-Za-z0-9_-]{60,}' },
]
